/** A loop that does one kind of work until told to stop, and comes back after a failure. */
import { backoffMs } from '../core/retry.ts';
import { errorCode } from '../core/errors.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

export interface Worker {
  readonly name: string;
  start(): void;
  /** Looks for work now instead of at the end of the pause. */
  wake(): void;
  /** Asks the tick in flight to come to an end and resolves when it has. */
  stop(): Promise<void>;
  /** The code of the last failure while no tick has succeeded since; null: healthy. */
  failure(): string | null;
}

export interface WorkerOptions {
  name: string;
  /** Does a portion of work. Resolves to ms until the next look (0: at once). `signal` aborts when the worker stops. */
  tick(signal: AbortSignal): Promise<number>;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  logger: Logger;
}

const RESTART = { baseMs: 500, maxMs: 30_000 };

export function createWorker(options: WorkerOptions): Worker {
  const { name, tick, clock, random, logger } = options;
  const stopping = new AbortController();
  let nap = new AbortController();
  let woken = false;
  let failures = 0;
  let failure: string | null = null;
  let running: Promise<void> = Promise.resolve();

  async function once(): Promise<number> {
    try {
      const pause = await tick(stopping.signal);
      if (failure !== null) logger.info({ worker: name }, 'worker recovered');
      failures = 0;
      failure = null;
      return pause;
    } catch (error) {
      // It gave up because it was told to.
      if (stopping.signal.aborted && error instanceof Error && error.name === 'AbortError') return 0;
      failures += 1;
      failure = errorCode(error);
      const pause = backoffMs(RESTART, failures, random(), RESTART.baseMs);
      logger.error(
        { worker: name, code: failure, error: error instanceof Error ? error.message : String(error), retryInMs: pause },
        'worker failed, will be started again',
      );
      return pause;
    }
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      woken = false;
      const pause = await once();
      if (woken || stopping.signal.aborted) continue;
      nap = new AbortController();
      await clock.sleep(pause, nap.signal);
    }
  }

  return {
    name,
    start: () => {
      running = loop();
    },
    wake: () => {
      // A worker that failed keeps its backoff: signals must not turn it into a busy loop.
      if (failure !== null) return;
      woken = true;
      nap.abort();
    },
    stop: async () => {
      stopping.abort();
      nap.abort();
      await running;
    },
    failure: () => failure,
  };
}
