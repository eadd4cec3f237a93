/** Looking at orders: one in the ledger, those being held, those whose last try failed. */
import type { SQL } from 'drizzle-orm';
import { and, asc, desc, eq, inArray, isNotNull, isNull, sql } from './drizzle.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { dueOrders, orders } from './schema.ts';
import type { Store } from './types.ts';

const GID = /^gid:\/\/shopify\/Order\/(\d+)$/;

/** By gid, numeric id, or name with or without `#`. A name that several orders bear means the newest. */
export function findOrder({ orm }: Connection): Store['findOrder'] {
  const find = (store: string, where: SQL) =>
    orm
      .select({ orderId: orders.orderId, name: orders.name, decision: orders.decision, reason: orders.reason, trail: orders.trail })
      .from(orders)
      .where(and(eq(orders.store, store), where))
      .orderBy(desc(orders.createdAt))
      .limit(1)
      .get() ?? null;
  return operation((store, nameOrId) => {
    const text = nameOrId.trim();
    const bare = text.replace(/^#/, '');
    return find(store, eq(orders.orderId, GID.exec(text)?.[1] ?? text)) ?? find(store, inArray(orders.name, [bare, `#${bare}`]));
  });
}

/** Orders that wait on purpose (upsell delay, customer journey), the next one first. */
export function listHeld({ orm }: Connection): Store['listHeld'] {
  return operation((store, limit) =>
    orm
      .select({ store: dueOrders.store, orderId: dueOrders.orderId, name: orders.name, dueAt: dueOrders.dueAt, reason: dueOrders.reason })
      .from(dueOrders)
      .leftJoin(orders, and(eq(orders.store, dueOrders.store), eq(orders.orderId, dueOrders.orderId)))
      .where(and(eq(dueOrders.store, store), isNotNull(dueOrders.heldUntil), isNull(dueOrders.leaseToken), isNull(dueOrders.setAsideAt)))
      .orderBy(asc(dueOrders.dueAt))
      .limit(limit)
      .all(),
  );
}

export function listFailing({ orm }: Connection): Store['listFailing'] {
  return operation((store, limit) =>
    orm
      .select({
        orderId: dueOrders.orderId,
        name: orders.name,
        attempts: dueOrders.attempts,
        nextAt: dueOrders.dueAt,
        error: sql<string>`last_error`,
      })
      .from(dueOrders)
      .leftJoin(orders, and(eq(orders.store, dueOrders.store), eq(orders.orderId, dueOrders.orderId)))
      .where(and(eq(dueOrders.store, store), isNotNull(dueOrders.lastError), isNull(dueOrders.setAsideAt)))
      .orderBy(desc(dueOrders.attempts))
      .limit(limit)
      .all(),
  );
}
