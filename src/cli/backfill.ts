/** `backfill`: historical orders. A running daemon takes the work and the command follows it; without one it runs here. */
import type { App } from '../app.ts';
import { ConnectorError } from '../core/errors.ts';
import type { BackfillLook, BackfillTaken } from '../history.ts';
import { missingScopes } from '../install/scopes.ts';
import { createProgressLine, progressText } from './backfill-progress.ts';
import { rehearseHistory } from './backfill-rehearsal.ts';
import { FAILED, OK, ofResults, PARTLY } from './exit-codes.ts';
import { clean, type Screen } from './screen.ts';
import type { StopSignal } from './signals.ts';
import { countOf } from './words.ts';

export interface BackfillCommandOptions {
  store?: string;
  since?: string;
  until?: string;
  dryRun?: boolean;
  detach?: boolean;
}

type BackfillApp = Pick<App, 'requestBackfills' | 'lookAtBackfill' | 'runHistory' | 'rehearseBackfills' | 'status'>;
type Taken = Extract<BackfillTaken, { row: unknown }>;

const LOOK_MS = 500;

export async function runBackfill(app: BackfillApp, options: BackfillCommandOptions, stop: StopSignal, screen: Screen): Promise<number> {
  if (options.dryRun) {
    const { stores } = await app.status();
    for (const { name, row } of stores) if (row && (options.store ?? name) === name) sayVisible(name, row.scopes, screen);
    return await rehearseHistory(app, options, stop, screen);
  }
  const requested = await app.requestBackfills(options);
  const taken = requested.filter((one) => 'row' in one);
  for (const one of requested) if ('error' in one) screen.fail(`${screen.colours.bold(one.store)}  ${one.error.message}`);
  for (const { store, row } of taken) sayVisible(store, row.scopes, screen);
  if (taken.length === 0) return FAILED;
  if (options.detach) return await detached(app, requested, taken, screen);

  const here = await app.runHistory(taken.map(({ store }) => store));
  try {
    const { looks, stopped } = await follow(app, taken, here !== null, stop, screen);
    return stopped ? interrupted(looks, here !== null, screen) : report(requested, looks, screen);
  } finally {
    await here?.stop();
  }
}

/** Said before anything else: Shopify does not say it. */
function sayVisible(store: string, scopes: string[], screen: Screen): void {
  const missing = missingScopes(scopes).find(({ scope }) => scope === 'read_all_orders');
  if (missing) screen.fail(`${screen.colours.warning(`${store}: read_all_orders is missing`)}: ${missing.cost}`);
}

async function detached(app: BackfillApp, requested: BackfillTaken[], taken: Taken[], screen: Screen): Promise<number> {
  const { daemon } = await app.status();
  const who = daemon
    ? `the daemon (process ${daemon.pid}) takes it`
    : 'no daemon runs: start takes it, or the same command without --detach';
  if (screen.json)
    screen.print(JSON.stringify({ taken: taken.map(({ store, backfill }) => ({ store, backfill })), daemon: daemon !== null }));
  else if (!screen.quiet) screen.print(`Recorded for ${taken.map(({ store }) => store).join(', ')}; ${who}. Progress: status`);
  return ofResults(requested.map((one) => 'row' in one));
}

interface Look {
  one: Taken;
  look: BackfillLook;
}

/** Until all have ended, and here also until what they brought is read and delivered, or delivery is paused; or until it is told to stop. */
async function follow(
  app: BackfillApp,
  taken: Taken[],
  here: boolean,
  stop: StopSignal,
  screen: Screen,
): Promise<{ looks: Look[]; stopped: boolean }> {
  const line = createProgressLine(screen);
  let stopped = false;
  void stop.received.then(() => (stopped = true));
  try {
    for (;;) {
      const looks: Look[] = [];
      for (const one of taken) {
        const look = await app.lookAtBackfill(one.store, one.backfill);
        if (look) looks.push({ one, look });
      }
      line.show(looks.map(({ look }) => look));
      if (looks.every(({ look }) => hasEnded(look, here))) return { looks, stopped: false };
      if (stopped) return { looks, stopped };
      if (!here && (await app.status()).daemon === null)
        throw new ConnectorError('BACKFILL_DAEMON_GONE', 'The daemon has stopped. Run start, or the same command again, to go on.');
      await Promise.race([stop.received, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
    }
  } finally {
    line.end();
  }
}

function hasEnded({ progress, due, pending, paused }: BackfillLook, here: boolean): boolean {
  if (progress.finishedAt === null) return false;
  return !here || (due === 0 && (pending === 0 || paused));
}

function interrupted(looks: Look[], here: boolean, screen: Screen): number {
  if (!here) {
    screen.fail('No longer followed; the daemon goes on. See status, or run the same command again.');
    return OK;
  }
  const read = looks.every(({ look }) => look.progress.finishedAt !== null);
  // The same command would read it all again, to find that it is known.
  const left = looks.map(({ one, look }) => `${one.store}: ${leftOf(look) || 'nothing'}`).join('; ');
  screen.fail(
    read
      ? `Stopped. History is read, and what it brought is kept: start goes on with what is left (${left}).`
      : 'Stopped. Nothing is lost: run the same command again, or start, and it goes on where it is.',
  );
  return PARTLY;
}

function leftOf({ due, pending }: BackfillLook): string {
  const parts = [due > 0 && `${countOf(due, 'order')} still to be read`, pending > 0 && `${countOf(pending, 'event')} in the outbox`];
  return parts.filter((part) => part !== false).join(', ');
}

function report(requested: BackfillTaken[], looks: Look[], screen: Screen): number {
  const { good, bad, bold } = screen.colours;
  for (const { one, look } of looks) {
    const { progress } = clean(look);
    const done = progress.state === 'done';
    if (!screen.json && (!screen.quiet || !done)) {
      const waits = leftOf(look);
      screen.print(`${bold(one.store)}  ${done ? good('done') : bad('not whole')}: ${progressText(progress)}${waits ? `; ${waits}` : ''}`);
      if (progress.error !== null) screen.fail(`  ${progress.error}`);
      for (const { since, until, error, firstId, lastId } of progress.failed) {
        const ids = firstId === null ? '' : ` Orders ${firstId} to ${lastId}.`;
        screen.fail(`  ${bad('failed')} ${new Date(since).toISOString()} to ${new Date(until).toISOString()}: ${error ?? ''}${ids}`);
      }
    }
  }
  if (looks.some(({ look }) => look.progress.state === 'failed' && look.progress.read > 0)) return PARTLY;
  return ofResults(requested.map((one) => looks.some((found) => found.one === one && found.look.progress.state === 'done')));
}
