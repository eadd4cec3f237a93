/**
 * Tries what was in hand when a process died, one at a time and with nothing else in hand, so that a row that kills the process is told apart from those
 * that were only beside it.
 */
import type { Clock } from './platform/clock.ts';
import type { Logger } from './platform/logger.ts';
import type { Turns } from './platform/turns.ts';
import type { Poison, Store } from './store/types.ts';

export interface SuspectsOptions {
  store: Pick<Store, 'countSuspects'>;
  storeName: string;
  /** Each takes one suspect in hand, alone, and is done with it when it resolves; false: it has none that is ready. */
  kinds: ((signal: AbortSignal) => Promise<boolean>)[];
  turns: Turns;
  clock: Clock;
}

/** Everything else gets this far first: a row that kills the process again and again holds up nobody for long, and who kills at random seldom waits so long. */
const QUIET_MS = 10_000;
/** The others wait meanwhile, and while those among them come to an end. */
const LONGEST_MS = 20_000;
const AGAIN_MS = 10_000;
/** Those left wait for a retry, a pause or a connection. */
const LATER_MS = 300_000;
/** New ones come with a start only. */
const NONE_MS = 86_400_000;

/** For `createWorker`. */
export function createSuspects({ store, storeName, kinds, turns, clock }: SuspectsOptions): (signal: AbortSignal) => Promise<number> {
  let startedAt = clock.now();

  return async (signal) => {
    if ((await store.countSuspects(storeName)) === 0) return NONE_MS;
    // A clock that was set back must not stop them for as long.
    startedAt = Math.min(startedAt, clock.now());
    const quietMs = startedAt + QUIET_MS - clock.now();
    if (quietMs > 0) return quietMs;
    const patience = new AbortController();
    void clock.sleep(LONGEST_MS, patience.signal).then(() => patience.abort());
    const leave = await turns.alone(AbortSignal.any([signal, patience.signal]));
    patience.abort();
    if (leave === null) return AGAIN_MS;
    try {
      const end = clock.now() + LONGEST_MS;
      let tried = 0;
      for (const take of kinds) {
        while (!signal.aborted && clock.now() < end && (await take(signal))) tried += 1;
      }
      return tried === 0 ? LATER_MS : AGAIN_MS;
    } finally {
      leave();
    }
  };
}

export function reportPoison({ logger }: { logger: Logger }, poison: Poison[]): void {
  for (const killer of poison) logger.error(killer, 'put aside as a dead letter: the process died twice while nothing else was in hand');
}
