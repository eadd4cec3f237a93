/** What the ledger knows of orders, for the next derivation. */
import { and, eq, lt, ne } from './drizzle.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { limitOf, p } from './placeholders.ts';
import { orders } from './schema.ts';
import type { Store } from './types.ts';

export function previousOf({ orm }: Connection): Store['previousOf'] {
  const row = orm
    .select({
      decision: orders.decision,
      reason: orders.reason,
      refunds: orders.refunds,
      sentTotal: orders.sentTotal,
      sentLines: orders.sentLines,
      subscription: orders.subscription,
      waitedForJourney: orders.waitedForJourney,
    })
    .from(orders)
    .where(and(eq(orders.store, p('store')), eq(orders.orderId, p('orderId'))))
    .prepare();

  return operation((store, orderIds) => {
    const known = orderIds.flatMap((orderId) => {
      const found = row.get({ store, orderId });
      if (!found) return [];
      const sentLines = found.sentLines === null ? null : (JSON.parse(found.sentLines) as Record<string, number>);
      return [[orderId, { ...found, sentLines }] as const];
    });
    return new Map(known);
  });
}

export function hasEarlierOrder({ orm }: Connection): Store['hasEarlierOrder'] {
  const earlier = orm
    .select({ orderId: orders.orderId })
    .from(orders)
    .where(
      and(
        eq(orders.store, p('store')),
        eq(orders.customerId, p('customerId')),
        lt(orders.createdAt, p('createdAt')),
        ne(orders.orderId, p('orderId')),
      ),
    )
    .limit(limitOf(1))
    .prepare();
  return operation((store, customerId, createdAt, orderId) => earlier.get({ store, customerId, createdAt, orderId }) !== undefined);
}
