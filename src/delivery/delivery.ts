/** Takes events from the outbox to one destination: leases lanes, posts their first events, settles them. */
import PQueue from 'p-queue';
import { createSettling } from '../core/retry.ts';
import type { Destination, Outcome } from '../destinations/types.ts';
import type { Clock } from '../platform/clock.ts';
import type { Http } from '../platform/http.ts';
import type { Logger } from '../platform/logger.ts';
import type { Lane, LaneClaim, OutboxEvent, Store } from '../store/types.ts';
import { createAttempt, type Tried } from './attempt.ts';
import { createBreaker } from './breaker.ts';
import { createGate, type Closing } from './gate.ts';
import { createPace } from './pace.ts';
import { createRamp } from './ramp.ts';
import { createReport, type DeliveryMetrics } from './report.ts';
import { createTempo } from './tempo.ts';

export interface DeliverySettings {
  /** Requests at once. */
  concurrency: number;
  /** Starts in any second at most; may be below 1. */
  perSecond: number;
  /** An event that still fails after so long is dead. */
  maxAgeHours: number;
  /** As `http` keeps it: how long one request may take at most. */
  timeoutSeconds: number;
}

export interface DeliveryOptions {
  store: Pick<Store, 'claimLanes' | 'settle' | 'settleAll' | 'releaseLane' | 'getDestination' | 'pauseDestination' | 'resumeDestination'>;
  storeName: string;
  destination: Destination;
  http: Pick<Http, 'send'>;
  settings: DeliverySettings;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  logger: Logger;
  metrics?: DeliveryMetrics;
  /** Somebody wants to work alone: the tick comes to an end. */
  yields?: () => boolean;
}

export interface Delivery {
  /**
   * For `createWorker`: delivers until nothing is ready any more; resolves to ms until the next look.
   * After `signal` aborts no request is begun; those in flight end, are settled, and the rest is given back.
   * Throws when the store does; what was answered by then is kept and settled by the next tick.
   */
  tick(signal: AbortSignal): Promise<number>;
  /** Between two ticks: delivers one event that is to be tried alone; false: there is none, or the destination is closed. */
  suspect(signal: AbortSignal): Promise<boolean>;
}

/** One lane, leased; only its first event is taken, so the lane's order needs no care beyond the lease. */
interface Leased {
  claim: LaneClaim;
  event: OutboxEvent;
  until: number;
  /** The one event that is tried while the destination is paused or down. */
  probe: boolean;
}

const IDLE_MS = 1_000;
/** How late work that comes up while requests are in flight may be looked at. */
const LOOK_MS = 250;
/** Lanes are leased no earlier than so long before the pace lets them start. */
const AHEAD_SECONDS = 5;
const LEASE_MARGIN_MS = 10_000;
/** History takes its starts evenly: else it would use up those of a second at once, and a live event wait for the next second. */
const HISTORY_SECONDS = 0.1;

export function createDelivery(options: DeliveryOptions): Delivery {
  const { store, storeName, destination, settings, clock, logger } = options;
  const { concurrency, perSecond } = settings;
  const timeoutMs = settings.timeoutSeconds * 1000;
  const paceMs = Math.max(AHEAD_SECONDS, 1 / perSecond) * 1000;
  // A lane may wait for the pace and for one request before its own.
  const leaseMs = paceMs + 2 * timeoutMs + LEASE_MARGIN_MS;
  const mayWait = Math.max(1, Math.floor(perSecond * AHEAD_SECONDS));

  const queue = new PQueue({ concurrency });
  const pace = createPace(perSecond, clock);
  const historyPace = createPace(perSecond, clock, HISTORY_SECONDS);
  const tempo = createTempo(concurrency, clock);
  const gate = createGate({ ...options, destination: destination.name });
  const breaker = createBreaker();
  const ramp = createRamp(concurrency);
  const settling = createSettling(clock.now());
  const settledMs = () => settling(clock.now());
  const attempt = createAttempt({ ...options, maxAgeHours: settings.maxAgeHours, settledMs });
  const report = createReport(logger, options.metrics);

  let inHand = 0;
  let posting = 0;
  const waiting: Record<Lane, Leased[]> = { live: [], historical: [] };
  const answered: (Leased & Tried)[] = [];
  const untried: Leased[] = [];
  let fault: { error: unknown } | null = null;
  let recovering = false;
  let stopping = new AbortController().signal;
  let wake = (): void => {};

  function mayStart({ probe, until }: Leased): boolean {
    if (stopping.aborted || clock.now() + timeoutMs > until) return false;
    return probe || !(gate.closed() || answered.some(({ outcome }) => outcome.kind === 'pause'));
  }

  /** Whose turn it is: that is seen when a request may start, so history that has waited for it lets live events pass. */
  const next = (): Leased[] => (waiting.live.length > 0 ? waiting.live : waiting.historical);

  async function deliver(): Promise<void> {
    const [first] = next();
    if (first && mayStart(first)) {
      if (next() === waiting.historical) await historyPace(stopping);
      await pace(stopping);
    }
    const lane = next().shift();
    if (!lane) return;
    if (!mayStart(lane)) {
      untried.push(lane);
      return;
    }
    posting += 1;
    try {
      const tried = await attempt(lane.event, lane.probe, gate.standing);
      answered.push({ ...lane, ...tried });
    } catch (error) {
      fault ??= { error };
      untried.push(lane);
    } finally {
      posting -= 1;
    }
  }

  function start(lane: Leased): void {
    inHand += 1;
    waiting[lane.event.lane].push(lane);
    void queue.add(deliver).finally(() => {
      tempo.ended();
      wake();
    });
  }

  /** How many lanes to lease now. Some wait for their turn, so that requests follow each other without a look at the store. */
  function room(): number {
    if (gate.closed()) return gate.probeDue() && inHand === 0 ? 1 : 0;
    // A destination that has just come back gets no crowd.
    if (ramp.width() < concurrency) return Math.max(0, ramp.width() - inHand);
    const ahead = Math.min(tempo.ahead(), mayWait);
    const free = Math.min(concurrency + ahead - inHand, mayWait - (inHand - posting));
    // Each look is a commit.
    return free >= ahead / 2 ? free : 0;
  }

  async function claim(): Promise<void> {
    const limit = options.yields?.() ? 0 : room();
    if (limit === 0) return;
    const now = clock.now();
    const probe = gate.closed() !== null;
    const lanes = { store: storeName, destination: destination.name, limit, skip: probe ? gate.probeSkips() : 0 };
    const claims = await store.claimLanes({ ...lanes, now, leaseMs, eventsPerLane: 1 });
    for (const claimed of claims) await take(claimed, now, probe);
  }

  async function take(claimed: LaneClaim, now: number, probe: boolean): Promise<void> {
    const [event] = claimed.events;
    if (event) start({ claim: claimed, event, until: now + leaseMs, probe });
    else await store.settle(claimed, [], now);
  }

  async function giveBack(): Promise<void> {
    for (let lane = untried.shift(); lane; lane = untried.shift()) {
      inHand -= 1;
      // Its old place in the queue, as near as the event knows it.
      await store.releaseLane(lane.claim, lane.event.nextAttemptAt ?? lane.event.createdAt);
    }
  }

  /** All answers that are there, in one commit. They stay listed until it is durable. */
  async function settle(): Promise<void> {
    const batch = answered.slice();
    if (batch.length === 0) return;
    const closing = whatCloses(batch);
    // Before the events are free again, so that a crash in between lets no crowd of them run into the same wall.
    if (closing && gate.closed() === null) await gate.close(closing);
    const lanes = batch.map(({ claim: claimed, event, settlement, downMs }) => ({
      claim: claimed,
      results: [{ event, settlement, downMs }],
    }));
    const kept = await store.settleAll(lanes, clock.now());
    answered.splice(0, batch.length);
    inHand -= batch.length;
    for (const [index, { event, settlement }] of batch.entries()) {
      if (kept[index]) report(event, settlement);
      else logger.warn({ store: storeName, destination: destination.name, eventId: event.eventId }, 'lease lost, attempt not recorded');
    }
    const probe = batch.find((lane) => lane.probe);
    if (probe) await probed(probe.outcome);
  }

  /** What the answers of a batch say about the destination; null: that it may go on. */
  function whatCloses(batch: (Leased & Tried)[]): Closing | null {
    let down: Closing | null = null;
    for (const { probe, event, outcome } of batch) {
      if (probe) continue;
      if (outcome.kind === 'pause') return closingOf(outcome);
      if (outcome.kind === 'delivered') ramp.delivered();
      if (outcome.kind === 'retry') ramp.failed();
      if (breaker.note(event.eventId, outcome)) down = closingOf(outcome);
    }
    return down;
  }

  /** While it is down, any answer about the event itself shows that it is back; a refusal of everything ends with a success only. */
  async function probed(outcome: Outcome): Promise<void> {
    const closing = closingOf(outcome);
    if (closing) return gate.close(closing);
    if (outcome.kind === 'reject' && gate.closed() === 'refused') {
      return gate.close({ cause: 'down', reason: outcome.reason, afterMs: 0 });
    }
    ramp.restart();
    await gate.open();
  }

  /** Until there is something to settle or to look for, and a little longer while more is to be expected. */
  async function progress(): Promise<void> {
    if (done() === 0) await nap(LOOK_MS, () => true);
    if (done() > 0 && done() < inHand && tempo.collectMs() > 0) await nap(tempo.collectMs(), () => done() === inHand);
    // What is in the socket buffers by now shares the commit too.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  function done(): number {
    return answered.length + untried.length;
  }

  /** Ends early when a request ends and `enough` holds. */
  async function nap(ms: number, enough: () => boolean): Promise<void> {
    const over = new AbortController();
    wake = () => {
      if (enough()) over.abort();
    };
    await clock.sleep(ms, over.signal);
    wake = () => {};
  }

  async function work(signal: AbortSignal, claimMore: () => Promise<void>): Promise<number> {
    for (;;) {
      if (fault) throw takeFault();
      await tempo.timed(async () => {
        await giveBack();
        await settle();
        if (!signal.aborted) await claimMore();
      });
      if (inHand === 0 && !fault) return signal.aborted ? 0 : IDLE_MS;
      // The worker counts as failed until a tick succeeds; this one might last for hours.
      if (recovering && !signal.aborted) return 0;
      await progress();
    }
  }

  function takeFault(): unknown {
    const error = fault?.error;
    fault = null;
    return error;
  }

  return {
    tick: async (signal) => {
      stopping = signal;
      settledMs();
      try {
        await gate.look();
        const pauseMs = await work(signal, claim);
        recovering = false;
        return pauseMs;
      } catch (error) {
        recovering = true;
        throw error;
      }
    },
    suspect: async (signal) => {
      stopping = signal;
      recovering = false;
      await gate.look();
      if (gate.closed() !== null) return false;
      const now = clock.now();
      const lanes = { store: storeName, destination: destination.name, limit: 1, suspects: true };
      const claims = await store.claimLanes({ ...lanes, now, leaseMs, eventsPerLane: 1 });
      for (const claimed of claims) await take(claimed, now, false);
      await work(signal, async () => {});
      return claims.length > 0;
    },
  };
}

function closingOf(outcome: Outcome): Closing | null {
  if (outcome.kind === 'pause') return { cause: 'refused', reason: outcome.reason, afterMs: 0 };
  return outcome.kind === 'retry' ? { cause: 'down', reason: outcome.reason, afterMs: outcome.afterMs } : null;
}
