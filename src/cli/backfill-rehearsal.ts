/** `backfill --dry-run`: what would be sent, by decision and channel. */
import type { App } from '../app.ts';
import type { Rehearsal } from '../backfill/rehearsal.ts';
import type { BackfillAsked, BackfillRehearsed } from '../history.ts';
import { ofResults, PARTLY } from './exit-codes.ts';
import { clean, table, type Screen } from './screen.ts';
import type { StopSignal } from './signals.ts';
import { countOf, decisionWords, tally } from './words.ts';

const SAID_EVERY_MS = 5_000;

export async function rehearseHistory(
  app: Pick<App, 'rehearseBackfills'>,
  asked: BackfillAsked,
  stop: StopSignal,
  screen: Screen,
): Promise<number> {
  const stopping = new AbortController();
  void stop.received.then(() => stopping.abort());
  let saidAt = Date.now();
  const results = await app.rehearseBackfills(asked, stopping.signal, (store, { read, expected }) => {
    if (screen.json || screen.quiet || Date.now() - saidAt < SAID_EVERY_MS) return;
    saidAt = Date.now();
    screen.fail(`${store}  ${read} of ${countOf(expected ?? 0, 'order')} looked at`);
  });
  const stopped = stopping.signal.aborted;
  for (const result of results) {
    if ('error' in result) {
      if (screen.json) screen.print(JSON.stringify({ ...result, complete: false }));
      screen.fail(`${screen.colours.bold(result.store)}  ${result.error.message}`);
      continue;
    }
    const { store, ...found } = result;
    if (screen.json) screen.print(JSON.stringify({ store, ...found, complete: !stopped && found.failed.length === 0 }));
    else screen.print(rehearsalText(store, clean(found), screen));
  }
  if (stopped) screen.fail(`Stopped before the end; nothing was written, ${operationsText(results)}.`);
  if (stopped || results.some((result) => !('error' in result) && (result.failed.length > 0 || result.unread > 0))) return PARTLY;
  return ofResults(results.map((result) => !('error' in result)));
}

function rehearsalText(store: string, found: Rehearsal, { colours }: Screen): string {
  const { decisions, channels, events, failed, known, waiting, unread } = found;
  const rows = [
    ['orders', `${found.read} of ${found.expected ?? 0} looked at`],
    ...(known > 0 ? [['known', `${known} are accounted for already, as they are`]] : []),
    ...(waiting > 0 ? [['waiting', `${waiting} wait to be read by the daemon`]] : []),
    ['decisions', tally(decisions, decisionWords) || 'none'],
    ['channels', tally(channels) || 'none'],
    ['would be sent', Object.entries(events).length === 0 ? 'nothing' : tally(events)],
    ...(unread > 0 ? [['unread', colours.warning(`${countOf(unread, 'order')} could not be read one by one`)]] : []),
    ...failed.map((text) => ['failed', colours.bad(text)]),
  ];
  return `${colours.bold(store)}  ${colours.dim('dry run: nothing is written, nothing is sent')}\n${table(rows, '  ')}`;
}

/** What became of what it had asked of Shopify when it was stopped. */
function operationsText(results: BackfillRehearsed[]): string {
  const left = results.reduce((sum, one) => sum + ('error' in one ? 0 : one.leftRunning), 0);
  if (left === 0) return 'and what ran for it at Shopify is cancelled';
  return `but ${countOf(left, 'bulk operation')} could not be cancelled and will run to the end at Shopify`;
}
