/** Any run of failures, restarts and stalled workers: nothing lost, nothing out of order, the same bytes every time. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SHOP } from '../store/fixture.ts';
import { OK, rig, until, type Arrival, type Reply, type Rig } from './setup.ts';

type Fate = 'ok' | 'busy' | 'wait' | 'reset' | 'denied' | 'refused';

const REPLIES: Record<Exclude<Fate, 'reset'>, Reply> = {
  ok: OK,
  busy: { status: 500 },
  wait: { status: 429, headers: { 'retry-after': '30' } },
  denied: { status: 403 },
  refused: { status: 422 },
};

type Step =
  | { do: 'put'; order: number; events: number }
  | { do: 'tick' }
  | { do: 'pass'; ms: number }
  | { do: 'restart' }
  /** A worker stalls with its requests open, another takes over after the leases, then the first wakes up. */
  | { do: 'stall' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      order: fc.integer({ min: 1, max: 6 }),
      events: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 5, arbitrary: fc.constant({ do: 'tick' as const }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.oneof(fc.nat(3_000), fc.nat(400_000)) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'stall' as const }) },
);

const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 10, arbitrary: fc.constant('ok' as const) },
  { weight: 4, arbitrary: fc.constantFrom('busy' as const, 'wait' as const, 'reset' as const) },
  { weight: 1, arbitrary: fc.constantFrom('denied' as const, 'refused' as const) },
);

/** What the endpoint has seen, and the rules it checks as it goes. */
function watch(fates: Fate[]) {
  const order = new Map<string, string[]>();
  const bodies = new Map<string, string>();
  const accepted = new Set<string>();
  const refused = new Set<string>();
  const broken: string[] = [];
  let requests = 0;
  return {
    order,
    accepted,
    refused,
    broken,
    treat: ({ eventId, body }: Arrival): Reply | 'reset' => {
      const [orderId = ''] = eventId.split('-');
      const before = order.get(orderId)?.slice(0, order.get(orderId)?.indexOf(eventId)) ?? [];
      for (const earlier of before) if (!accepted.has(earlier)) broken.push(`${eventId} came before ${earlier} was accepted`);
      if ((bodies.get(eventId) ?? body) !== body) broken.push(`${eventId} came with another body`);
      bodies.set(eventId, body);
      const next = fates[(requests += 1) % fates.length] ?? 'ok';
      // One may be taken in and still be cut off: the sender cannot know.
      if (next === 'ok' || (next === 'reset' && requests % 2 === 0)) accepted.add(eventId);
      if (next === 'refused') refused.add(eventId);
      return next === 'reset' ? 'reset' : REPLIES[next];
    },
  };
}

async function stall(base: Rig, treat: Rig['endpoint']['treat']): Promise<void> {
  const { endpoint, clock, stop } = base;
  const seen = endpoint.arrivals.length;
  endpoint.treat = () => 'hold';
  const sleeper = base.again();
  const asleep = sleeper.tick(stop.signal);
  await Promise.race([until(() => endpoint.arrivals.length > seen), asleep]);
  endpoint.treat = treat;
  // Not by advance: the sleeper does not notice the time.
  const now = clock.now;
  clock.now = () => now() + 3_600_000;
  await base.again().tick(stop.signal);
  endpoint.release({ status: 422 });
  await asleep;
  clock.now = now;
  await clock.advance(3_600_000);
}

it('delivers everything that was not refused, in order', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 30 }),
      fc.array(fate, { minLength: 1, maxLength: 40 }),
      async (steps, fates) => {
        const seen = watch(fates);
        const base = await rig({ treat: seen.treat, set: { concurrency: 3, maxAgeHours: 8_000 } });
        const { clock, endpoint, stop } = base;
        let { delivery } = base;
        for (const next of [...steps, { do: 'tick' } as const]) {
          if (next.do === 'tick') await delivery.tick(stop.signal);
          else if (next.do === 'pass') await clock.advance(next.ms);
          else if (next.do === 'restart') delivery = base.again();
          else if (next.do === 'stall') await stall(base, seen.treat);
          else {
            const known = seen.order.get(String(next.order)) ?? [];
            const added = Array.from({ length: next.events }, (_, index) => `${next.order}-${known.length + index}`);
            seen.order.set(String(next.order), [...known, ...added]);
            await base.put(String(next.order), ...added);
          }
        }
        endpoint.treat = (arrival) => {
          fates = ['ok'];
          const reply = seen.treat(arrival);
          if (reply === 'reset' || reply.status !== 200) seen.accepted.add(arrival.eventId);
          return OK;
        };
        for (let round = 0; round < 40; round += 1) {
          await delivery.tick(stop.signal);
          await clock.advance(900_000);
        }

        expect(seen.broken).toEqual([]);
        expect(endpoint.most).toBeLessThanOrEqual(6);
        const events = await base.store.listEvents({ store: SHOP, limit: 1_000 });
        expect(events).toHaveLength([...seen.order.values()].flat().length);
        for (const { eventId, state, blockedBy } of events) {
          if (state === 'pending') expect(blockedBy, `${eventId} is left behind`).not.toBe(null);
          if (state === 'delivered') expect(seen.accepted).toContain(eventId);
          if (state === 'dead') expect(seen.refused).toContain(eventId);
        }
      },
    ),
    { numRuns: 30 },
  );
});
