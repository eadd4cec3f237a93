/** Takes events from the outbox to one destination: leases lanes, posts their first events, settles them. */
import PQueue from 'p-queue';
import type { Destination } from '../destinations/types.ts';
import type { Clock } from '../platform/clock.ts';
import type { Http } from '../platform/http.ts';
import type { Logger } from '../platform/logger.ts';
import type { LaneClaim, OutboxEvent, Store } from '../store/types.ts';
import { createAttempt, type Tried } from './attempt.ts';
import { createGate } from './gate.ts';
import { createPace } from './pace.ts';
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
}

export interface Delivery {
  /**
   * For `createWorker`: delivers until nothing is ready any more; resolves to ms until the next look.
   * After `signal` aborts no request is begun; those in flight end, are settled, and the rest is given back.
   * Throws when the store does; what was answered by then is kept and settled by the next tick.
   */
  tick(signal: AbortSignal): Promise<number>;
}

/** One lane, leased; only its first event is taken, so the lane's order needs no care beyond the lease. */
interface Leased {
  claim: LaneClaim;
  event: OutboxEvent;
  until: number;
  /** The one event that is tried while the destination is paused. */
  probe: boolean;
}

const IDLE_MS = 1_000;
/** How late work that comes up while requests are in flight may be looked at. */
const LOOK_MS = 250;
/** Lanes are leased no earlier than so long before the pace lets them start. */
const AHEAD_SECONDS = 5;
const LEASE_MARGIN_MS = 10_000;

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
  const tempo = createTempo(concurrency, clock);
  const gate = createGate({ ...options, destination: destination.name });
  const attempt = createAttempt({ ...options, maxAgeHours: settings.maxAgeHours });
  const report = createReport(logger, options.metrics);

  let inHand = 0;
  let posting = 0;
  const answered: (Leased & Tried)[] = [];
  const untried: Leased[] = [];
  let fault: { error: unknown } | null = null;
  let recovering = false;
  let stopping = new AbortController().signal;
  let wake = (): void => {};

  function mayStart({ probe, until }: Leased): boolean {
    if (stopping.aborted || clock.now() + timeoutMs > until) return false;
    return probe || !(gate.paused() || answered.some(({ outcome }) => outcome.kind === 'pause'));
  }

  async function deliver(lane: Leased): Promise<void> {
    if (mayStart(lane)) await pace(stopping);
    if (!mayStart(lane)) {
      untried.push(lane);
      return;
    }
    posting += 1;
    try {
      const tried = await attempt(lane.event, { probe: lane.probe, countedFrom: gate.resumedAt() });
      answered.push({ ...lane, ...tried });
    } finally {
      posting -= 1;
    }
  }

  function start(lane: Leased): void {
    inHand += 1;
    void queue
      .add(() => deliver(lane))
      .catch((error: unknown) => {
        fault ??= { error };
        untried.push(lane);
      })
      .finally(() => {
        tempo.ended();
        wake();
      });
  }

  /** How many lanes to lease now. Some wait for their turn, so that requests follow each other without a look at the store. */
  function room(): number {
    if (gate.paused()) return gate.probeDue() && inHand === 0 ? 1 : 0;
    const ahead = Math.min(tempo.ahead(), mayWait);
    const free = Math.min(concurrency + ahead - inHand, mayWait - (inHand - posting));
    // Each look is a commit.
    return free >= ahead / 2 ? free : 0;
  }

  async function claim(): Promise<void> {
    const limit = room();
    if (limit === 0) return;
    const now = clock.now();
    const probe = gate.paused();
    const claims = await store.claimLanes({ store: storeName, destination: destination.name, limit, now, leaseMs, eventsPerLane: 1 });
    for (const claimed of claims) {
      const [event] = claimed.events;
      if (event) start({ claim: claimed, event, until: now + leaseMs, probe });
      else await store.settle(claimed, [], now);
    }
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
    const refused = batch.find(({ probe, outcome }) => !probe && outcome.kind === 'pause');
    // Before the events are free again, so that a crash in between lets no crowd of them run into the same refusal.
    if (refused?.outcome.kind === 'pause' && !gate.paused()) await gate.pause(refused.outcome.reason);
    const lanes = batch.map(({ claim: claimed, event, settlement }) => ({ claim: claimed, results: [{ event, settlement }] }));
    const kept = await store.settleAll(lanes, clock.now());
    answered.splice(0, batch.length);
    inHand -= batch.length;
    for (const [index, { event, settlement }] of batch.entries()) {
      if (kept[index]) report(event, settlement);
      else logger.warn({ store: storeName, destination: destination.name, eventId: event.eventId }, 'lease lost, attempt not recorded');
    }
    const probe = batch.find((lane) => lane.probe);
    if (probe?.outcome.kind === 'delivered') await gate.resume();
    else if (probe) await gate.pause(probe.outcome.kind === 'pause' ? probe.outcome.reason : null);
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

  async function work(signal: AbortSignal): Promise<number> {
    await gate.look();
    for (;;) {
      if (fault) throw takeFault();
      await tempo.timed(async () => {
        await giveBack();
        await settle();
        if (!signal.aborted) await claim();
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
      try {
        const pauseMs = await work(signal);
        recovering = false;
        return pauseMs;
      } catch (error) {
        recovering = true;
        throw error;
      }
    },
  };
}
