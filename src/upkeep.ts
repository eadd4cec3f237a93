/** Keeps the database in shape while the daemon runs: its log, what is past its retention, waits that a wrong clock left behind. */
import cron from 'node-cron';
import type { Parts } from './app.ts';
import { createWorker, type Worker } from './platform/worker.ts';

const EVERY_MS = 60_000;
/** At night, off the full hour, where everybody else's jobs are. */
const PRUNE_AT = '17 3 * * *';
const DAY_MS = 86_400_000;
/** Four times what SQLite keeps of the log when nobody stands in its way. */
const MUCH_BYTES = 256 * 1024 * 1024;

/** `config` is looked at anew every time: it may be reloaded. */
type UpkeepParts = Pick<Parts, 'store' | 'clock' | 'random' | 'logger'> & { config: Pick<Parts['config'], 'retention'> };

/**
 * Removes what is old at the start, so that a machine that is off at night does it too, and then every night. Nothing of it hurries: a failure is logged and tried again,
 * and stops nobody.
 */
export function createUpkeep(parts: UpkeepParts): Pick<Worker, 'start' | 'stop'> {
  const { store, clock, random, logger } = parts;
  let last = clock.now();
  let toPrune = true;
  let blocked = false;

  async function lookAtClock(now: number): Promise<void> {
    const backMs = last - now;
    last = now;
    if (backMs <= 0) return;
    const rows = await store.bringNear(now);
    logger.warn({ backSeconds: Math.round(backMs / 1000), rows }, 'the clock was set back: waits that it made too long were shortened');
  }

  async function foldLog(): Promise<void> {
    const { leftBytes } = await store.checkpoint();
    const blockedNow = leftBytes > MUCH_BYTES;
    if (blockedNow && !blocked) {
      const message = 'the log of the database grows: another program has been reading the file for long; end it (a backup ends by itself)';
      logger.warn({ leftBytes }, message);
    }
    blocked = blockedNow;
  }

  async function prune(now: number): Promise<void> {
    if (!toPrune) return;
    const rows = await store.prune(now - parts.config.retention.days * DAY_MS);
    toPrune = false;
    logger.info({ rows }, 'old bodies and receipts removed');
  }

  const worker = createWorker({
    name: 'upkeep',
    tick: async () => {
      const now = clock.now();
      await lookAtClock(now);
      await foldLog();
      await prune(now);
      return EVERY_MS;
    },
    clock,
    random,
    logger,
  });
  const nightly = cron.createTask(PRUNE_AT, () => {
    toPrune = true;
    worker.wake();
  });
  return {
    start: () => {
      worker.start();
      void nightly.start();
    },
    stop: async () => {
      await nightly.destroy();
      await worker.stop();
    },
  };
}
