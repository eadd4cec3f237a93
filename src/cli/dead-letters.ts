/** `dead-letters list|replay|discard`: what could not go on, and putting it back. */
import { relative } from '../admin/time.ts';
import type { App, DeadLetterReport } from '../app.ts';
import { ConnectorError } from '../core/errors.ts';
import type { DeadLetter, DeadLetterFilter, DeadLetterResult, DeadLetterSelection } from '../store/types.ts';
import { OK, ofResults } from './exit-codes.ts';
import { clean, printJson, table, type Screen } from './screen.ts';
import { sinceTime } from './since.ts';
import { countOf } from './words.ts';

export interface DeadLetterOptions {
  store?: string;
  /** Numeric id, gid or name. */
  order?: string;
  /** Event name. */
  name?: string;
  kind?: DeadLetter['kind'];
  destination?: string;
  /** A day, a time with its zone, or an age. */
  since?: string;
}

export async function listDeadLetters(
  app: Pick<App, 'listDeadLetters' | 'status'>,
  options: DeadLetterOptions & { discarded?: boolean; limit: number },
  screen: Screen,
): Promise<number> {
  const { discarded = false, limit } = options;
  const filter = { ...(await filterOf(app, options, screen.now)), limit };
  const found = await app.listDeadLetters(discarded ? { ...filter, state: 'discarded' } : filter);
  if (screen.json) {
    printJson(screen, found);
    return OK;
  }
  if (found.length === 0) screen.print(discarded ? 'Nothing that was discarded matches.' : 'No dead letter matches.');
  else screen.print(table([HEADINGS.map(screen.colours.dim), ...clean(found).map((letter) => cells(letter, screen))]));
  if (found.length === limit && !screen.quiet) screen.print(screen.colours.dim(`The newest ${limit}; --limit shows more.`));
  return OK;
}

/** Exit code 3 when some of the ids could not be put back; those are named. */
export async function replayDeadLetters(
  app: Pick<App, 'replayDeadLetters' | 'status'>,
  ids: string[],
  options: DeadLetterOptions & { all?: boolean },
  screen: Screen,
): Promise<number> {
  const report = await app.replayDeadLetters(await selectionOf(app, ids, options, screen.now));
  const follows = report.daemon ? 'The daemon takes them up now.' : 'No daemon runs: they wait until one is started.';
  return printReport(report, 'put back', follows, screen);
}

export async function discardDeadLetters(
  app: Pick<App, 'discardDeadLetters' | 'status'>,
  ids: string[],
  options: DeadLetterOptions & { all?: boolean; reason: string },
  screen: Screen,
): Promise<number> {
  const reason = options.reason.trim();
  if (reason === '') throw new ConnectorError('CLI_USAGE', '--reason is empty. Say why, for whoever looks later: --reason "test order".');
  const report = await app.discardDeadLetters(await selectionOf(app, ids, options, screen.now), reason);
  const behind = report.results.reduce((sum, { outcome, letter }) => sum + (outcome === 'done' ? (letter?.blocked ?? 0) : 0), 0);
  return printReport(report, 'discarded', behind > 0 ? `${countOf(behind, 'event')} behind them can go on.` : '', screen);
}

async function filterOf(app: Pick<App, 'status'>, options: DeadLetterOptions, now: number): Promise<DeadLetterFilter> {
  const { store, order, name, kind, destination } = options;
  const since = options.since === undefined ? undefined : await sinceTime(app, options.since, store, now);
  return { store, order, name, kind, destination, since };
}

async function selectionOf(
  app: Pick<App, 'status'>,
  ids: string[],
  options: DeadLetterOptions & { all?: boolean },
  now: number,
): Promise<DeadLetterSelection> {
  const { store, all = false } = options;
  const filter = await filterOf(app, options, now);
  const { store: _store, ...others } = filter;
  const filtered = Object.values(others).some((value) => value !== undefined);
  if (ids.length > 0) {
    if (!all && !filtered) return { ids, store };
    throw new ConnectorError('CLI_USAGE', 'Name ids or use filters, not both: dead-letters list with the same filters prints the ids.');
  }
  if (all || filtered || store !== undefined) return { filter };
  throw new ConnectorError('CLI_USAGE', 'Say which: ids as dead-letters list prints them, filters such as --order or --since, or --all.');
}

const HEADINGS = ['id', 'store', 'order', 'what', 'event id', 'to', 'set aside', 'attempts', 'blocks', 'reason'];

function cells(letter: DeadLetter, { now, colours }: Screen): string[] {
  return [
    letter.id,
    letter.store,
    letter.orderName ?? letter.orderId,
    letter.name ?? 'order not read',
    letter.eventId ?? '-',
    letter.destination ?? '-',
    relative(letter.setAsideAt, now),
    String(letter.attempts),
    letter.blocked === 0 ? '-' : String(letter.blocked),
    letter.state === 'dead' ? colours.bad(letter.reason) : colours.dim(letter.reason),
  ];
}

function printReport({ results, daemon }: DeadLetterReport, done: string, follows: string, screen: Screen): number {
  if (screen.json) {
    const told = ({ id, outcome, letter }: DeadLetterResult) => ({
      id,
      outcome,
      letterId: letter?.id ?? null,
      store: letter?.store ?? null,
      orderId: letter?.orderId ?? null,
      eventId: letter?.eventId ?? null,
    });
    printJson(screen, { daemon, done: results.filter(({ outcome }) => outcome === 'done').length, results: results.map(told) });
    return ofResults(results.map(({ outcome }) => outcome === 'done'));
  }
  const events = results.filter(({ outcome, letter }) => outcome === 'done' && letter?.kind === 'event').length;
  const orders = results.filter(({ outcome, letter }) => outcome === 'done' && letter?.kind === 'order').length;
  const parts = [events > 0 ? countOf(events, 'event') : '', orders > 0 ? countOf(orders, 'order') : ''].filter(Boolean);
  if (results.length === 0) screen.print('No dead letter matches.');
  else if (parts.length > 0 && !screen.quiet) screen.print(`${parts.join(' and ')} ${done}. ${follows}`.trim());
  for (const { id, outcome } of clean(results)) if (outcome !== 'done') screen.fail(`${screen.colours.bold(id)}  ${WHY[outcome]}`);
  return ofResults(results.map(({ outcome }) => outcome === 'done'));
}

const WHY: Record<Exclude<DeadLetterResult['outcome'], 'done'>, string> = {
  not_found: 'there is no dead letter of that id: dead-letters list prints the ids',
  not_dead: 'is not a dead letter: events show tells how it stands',
  discarded: 'was discarded: dead-letters list --discarded shows why',
};
