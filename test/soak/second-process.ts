/**
 * A process of its own that works on the daemon's database with the store's own operations, as a second daemon would after the first one's leases ran out.
 * Asked over IPC: `take` claims every lane and due order whose lease is over at `now` and settles half of the lanes as failed; `giveBack` frees all of them.
 */
import { randomUUID } from 'node:crypto';
import { errorCode } from '../../src/core/errors.ts';
import { openStore } from '../../src/store/index.ts';

export type Request = { take: { now: number } } | { giveBack: { now: number } };

export interface Taken {
  /** Events whose attempt it recorded. */
  settled: string[];
  /** Events it holds. */
  held: string[];
  /** Orders it reads. */
  orders: string[];
  /** The database was busy, for instance because the daemon stopped within a commit. */
  failed?: string;
}

export const OUTCOME = 'failed in the second process';
const STORE = 'main';
const HOUR_MS = 3_600_000;
const ALL = { limit: 10_000, leaseMs: HOUR_MS };

async function take(store: ReturnType<typeof openStore>, now: number): Promise<Taken> {
  const lanes = await store.claimLanes({ store: STORE, destination: 'converge', now, eventsPerLane: 1, ...ALL });
  const due = await store.claimDueOrders(STORE, { now, ...ALL });
  const settling = lanes.filter((_, index) => index % 2 === 0);
  const attempt = { at: now, latencyMs: 1, status: 500, answer: null };
  const settlement = { state: 'retry' as const, nextAt: now + HOUR_MS, outcome: OUTCOME, attempt };
  await store.settleAll(
    settling.map((claim) => ({ claim, results: claim.events.map((event) => ({ event, settlement })) })),
    now,
  );
  const idsOf = (claims: typeof lanes) => claims.flatMap(({ events }) => events.map(({ eventId }) => eventId));
  return {
    settled: idsOf(settling),
    held: idsOf(lanes.filter((lane) => !settling.includes(lane))),
    orders: due.map(({ orderId }) => orderId),
  };
}

async function giveBack(store: ReturnType<typeof openStore>, now: number): Promise<Taken> {
  const later = now + 3 * HOUR_MS;
  for (const claim of await store.claimLanes({ store: STORE, destination: 'converge', now: later, eventsPerLane: 1, ...ALL })) {
    await store.releaseLane(claim, now);
  }
  await store.releaseDueOrders(await store.claimDueOrders(STORE, { now: later, ...ALL }), now, 'given back');
  return { settled: [], held: [], orders: [] };
}

const [path] = process.argv.slice(2);
if (path !== undefined && process.send) {
  const store = openStore({ path, newToken: randomUUID });
  process.on('message', (request: Request) => {
    void ('take' in request ? take(store, request.take.now) : giveBack(store, request.giveBack.now))
      .catch((error: unknown): Taken => ({ settled: [], held: [], orders: [], failed: errorCode(error) }))
      .then((answer) => process.send?.(answer));
  });
  process.on('disconnect', () => process.exit());
  process.send('ready');
}
