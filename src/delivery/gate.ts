/** Whether a destination takes events: open, or closed and tried with one event now and then, because it refuses everything or because it is down. */
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

export interface Closing {
  cause: NonNullable<DestinationState['cause']>;
  /** For people; of a refusal with the fix. */
  reason: string;
  /** How long it asked to be left alone, ms; bounded here. */
  afterMs: number;
}

export interface Gate {
  /** Reads how things stand; to be called before the others. */
  look(): Promise<void>;
  closed(): DestinationState['cause'];
  /** It is closed, and one event may be tried now. */
  probeDue(): boolean;
  /** How many of the oldest lanes the next probe leaves out: another one each time, so that an event which only fails by itself does not keep the gate closed. */
  probeSkips(): number;
  /** Closes it, or keeps it closed after a probe; a closing that lasts keeps its beginning. */
  close(closing: Closing): Promise<void>;
  open(): Promise<void>;
  /** `downMs`: how long it was closed in all. `outageMs`: for how long it is down now, 0: it is not. */
  standing(): { downMs: number; outageMs: number };
}

const PROBE = { refused: { baseMs: 1_000, maxMs: 900_000 }, down: { baseMs: 1_000, maxMs: 120_000 } };
const LONGEST_ASKED_MS = 900_000;
const OLDEST = 100;

export function createGate(options: GateOptions): Gate {
  const { store, storeName, destination, clock, random, logger } = options;
  let state: DestinationState | null = null;
  // A new token or endpoint comes with a restart: it is not to wait for the end of an old backoff.
  let probeAtOnce = true;

  const cause = (): DestinationState['cause'] => (state?.pausedAt == null ? null : (state.cause ?? 'refused'));
  const closedMs = (): number => (state?.pausedAt == null ? 0 : Math.max(0, clock.now() - state.pausedAt));

  async function look(): Promise<void> {
    state = await store.getDestination(storeName, destination);
  }

  return {
    look,
    closed: cause,
    probeDue: () => state?.pausedAt != null && (probeAtOnce || clock.now() >= (state.probeAt ?? 0)),
    probeSkips: () => ((state?.probes ?? 0) === 0 ? 0 : Math.floor(random() * OLDEST)),
    close: async (closing) => {
      const before = cause();
      const lasting = before !== null;
      // A failure says nothing new about a refusal.
      const { cause: now, reason } =
        before === 'refused' && closing.cause === 'down' ? { cause: before, reason: state?.reason ?? 'unknown' } : closing;
      const backoff = PROBE[now];
      const askedMs = Math.min(closing.afterMs, LONGEST_ASKED_MS);
      const waitMs = Math.max(askedMs, backoffMs(backoff, lasting ? (state?.probes ?? 0) + 2 : 1, random(), backoff.baseMs));
      const at = clock.now();
      await store.pauseDestination({ store: storeName, destination, cause: now, reason, probeAt: at + waitMs, now: at });
      probeAtOnce = false;
      await look();
      const fields = { store: storeName, destination, cause: now, reason, probeInMs: waitMs };
      if (lasting) logger.warn(fields, now === 'down' ? 'destination is still down' : 'destination is still paused');
      else logger.error(fields, now === 'down' ? WENT_DOWN : WAS_PAUSED);
    },
    open: async () => {
      const fields = { store: storeName, destination, afterMs: closedMs() };
      await store.resumeDestination(storeName, destination, clock.now());
      await look();
      logger.info(fields, 'destination resumed');
    },
    standing: () => ({ downMs: (state?.downMs ?? 0) + closedMs(), outageMs: cause() === 'down' ? closedMs() : 0 }),
  };
}

const WAS_PAUSED = 'destination paused: nothing more is sent to it until a single event, tried now and then, is accepted';
const WENT_DOWN = 'destination is down, circuit open: nothing more is sent to it until a single event, tried now and then, is answered';
