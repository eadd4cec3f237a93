/** Whether a destination takes events: open, or paused and tried with one event now and then. */
import { backoffMs } from '../core/retry.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { DestinationState, Store } from '../store/types.ts';

export interface GateOptions {
  store: Pick<Store, 'getDestination' | 'pauseDestination' | 'resumeDestination'>;
  storeName: string;
  destination: string;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  logger: Logger;
}

export interface Gate {
  /** Reads how things stand; to be called before the others. */
  look(): Promise<void>;
  paused(): boolean;
  /** It is paused, and one event may be tried now. */
  probeDue(): boolean;
  /** Closes it; a pause that lasts keeps its beginning. `reason`: for people, with the fix; null: as before. */
  pause(reason: string | null): Promise<void>;
  resume(): Promise<void>;
  /** When the last pause ended, 0: never paused. The time until then does not count towards an event's age. */
  resumedAt(): number;
}

const PROBE = { baseMs: 1_000, maxMs: 900_000 };

export function createGate(options: GateOptions): Gate {
  const { store, storeName, destination, clock, random, logger } = options;
  let state: DestinationState | null = null;
  // A new token or endpoint comes with a restart: it is not to wait for the end of an old backoff.
  let probeAtOnce = true;

  async function look(): Promise<void> {
    state = await store.getDestination(storeName, destination);
  }

  return {
    look,
    paused: () => state?.pausedAt != null,
    probeDue: () => state?.pausedAt != null && (probeAtOnce || clock.now() >= (state.probeAt ?? 0)),
    pause: async (newReason) => {
      const lasting = state?.pausedAt != null;
      const reason = newReason ?? state?.reason ?? 'unknown';
      const waitMs = backoffMs(PROBE, lasting ? (state?.probes ?? 0) + 2 : 1, random(), PROBE.baseMs);
      const now = clock.now();
      await store.pauseDestination({ store: storeName, destination, reason, probeAt: now + waitMs, now });
      probeAtOnce = false;
      await look();
      const fields = { store: storeName, destination, reason, probeInMs: waitMs };
      if (lasting) logger.warn(fields, 'destination is still paused');
      else logger.error(fields, 'destination paused: nothing more is sent to it until a single event, tried now and then, is accepted');
    },
    resume: async () => {
      await store.resumeDestination(storeName, destination, clock.now());
      await look();
      logger.info({ store: storeName, destination }, 'destination resumed');
    },
    resumedAt: () => state?.resumedAt ?? 0,
  };
}
