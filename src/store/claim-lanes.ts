/** Leases lanes that have work, and gives them back untried. */
import { and, asc, eq, isNotNull, isNull, lte } from './drizzle.ts';
import { operation } from './errors.ts';
import { ofLane } from './lane-key.ts';
import type { Connection } from './open.ts';
import { is, limitOf, p } from './placeholders.ts';
import { events, lanes } from './schema.ts';
import type { Lane, Store } from './types.ts';

const LANES: Lane[] = ['live', 'historical'];

export function claimLanes({ orm, transaction }: Connection, newToken: () => string): Store['claimLanes'] {
  const ready = orm
    .select({ orderId: lanes.orderId })
    .from(lanes)
    .where(
      and(
        eq(lanes.store, p('store')),
        eq(lanes.destination, p('destination')),
        eq(lanes.lane, p('lane')),
        lte(lanes.nextAt, p('now')),
        isNull(lanes.suspect),
      ),
    )
    .orderBy(asc(lanes.nextAt))
    .limit(limitOf('limit'))
    .prepare();
  // Those that were not alone in hand yet go first.
  const suspect = orm
    .select({ orderId: lanes.orderId })
    .from(lanes)
    .where(and(eq(lanes.store, p('store')), eq(lanes.destination, p('destination')), isNotNull(lanes.suspect), lte(lanes.nextAt, p('now'))))
    .orderBy(asc(lanes.suspect), asc(lanes.nextAt))
    .limit(limitOf('limit'))
    .prepare();
  const lease = orm
    .update(lanes)
    .set({ leaseToken: p('leaseToken'), nextAt: p('nextAt') })
    .where(ofLane(lanes))
    .prepare();
  const undelivered = orm
    .select()
    .from(events)
    .where(and(ofLane(events), is(events.state, 'pending')))
    .orderBy(asc(events.sequence))
    .limit(limitOf('limit'))
    .prepare();

  return operation(({ store, destination, limit, now, leaseMs, eventsPerLane, skip = 0, suspects = false }) =>
    transaction(() => {
      const leaseToken = newToken();
      const found: string[] = [];
      if (suspects) found.push(...suspect.all({ store, destination, now, limit }).map(({ orderId }) => orderId));
      for (const lane of suspects ? [] : LANES) {
        for (const { orderId } of ready.all({ store, destination, lane, now, limit: limit + skip - found.length })) found.push(orderId);
      }
      return found
        .slice(Math.min(skip, Math.max(0, found.length - limit)))
        .slice(0, limit)
        .map((orderId) => {
          lease.run({ store, orderId, destination, leaseToken, nextAt: now + leaseMs });
          return {
            store,
            destination,
            orderId,
            leaseToken,
            events: undelivered.all({ store, orderId, destination, limit: eventsPerLane }),
          };
        });
    }),
  );
}

export function releaseLane({ orm }: Connection): Store['releaseLane'] {
  const release = orm
    .update(lanes)
    .set({ leaseToken: null, nextAt: p('at') })
    .where(and(ofLane(lanes), eq(lanes.leaseToken, p('leaseToken'))))
    .prepare();
  return operation(({ store, orderId, destination, leaseToken }, at) => {
    release.run({ store, orderId, destination, leaseToken, at });
  });
}
