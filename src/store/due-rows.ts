/** What becomes of a claimed due row when its order has been read: finished, kept for later, or kept because it changed meanwhile. */
import { and, eq } from './drizzle.ts';
import type { Connection } from './open.ts';
import { p } from './placeholders.ts';
import { dueOrders } from './schema.ts';
import { ABOVE_SUSPICION } from './set-aside.ts';
import type { DueOrder } from './types.ts';

export interface Leased {
  /** A signal came while the order was being read. */
  changed: boolean;
  heldUntil: number | null;
  missingSince: number | null;
}

export interface Kept {
  dueAt: number;
  heldUntil: number | null;
  reason: string;
  missingSince: number | null;
}

export interface DueRows {
  /** The row, if this claim still holds its lease; else null, and nothing of the order may be written. */
  leased(claim: DueOrder): Leased | null;
  /** Ends the lease; the order is read again at `dueAt`. */
  keep(claim: DueOrder, kept: Kept): void;
  remove(claim: DueOrder): void;
  noteError(claim: DueOrder, error: string): void;
}

export function dueRows({ orm }: Connection): DueRows {
  const key = and(eq(dueOrders.store, p('store')), eq(dueOrders.orderId, p('orderId')));
  const row = orm.select().from(dueOrders).where(key).prepare();
  const update = orm
    .update(dueOrders)
    .set({
      dueAt: p('dueAt'),
      heldUntil: p('heldUntil'),
      reason: p('reason'),
      missingSince: p('missingSince'),
      leaseToken: null,
      attempts: 0,
      lastError: null,
      failingSince: null,
      ...ABOVE_SUSPICION,
    })
    .where(key)
    .prepare();
  const drop = orm.delete(dueOrders).where(key).prepare();
  const setError = orm
    .update(dueOrders)
    .set({ lastError: p('error') })
    .where(key)
    .prepare();

  return {
    leased: ({ store, orderId, leaseToken, version }) => {
      const found = row.get({ store, orderId });
      if (found?.leaseToken !== leaseToken) return null;
      return { changed: found.version !== version, heldUntil: found.heldUntil, missingSince: found.missingSince };
    },
    keep: ({ store, orderId }, kept) => {
      update.run({ store, orderId, ...kept });
    },
    remove: ({ store, orderId }) => {
      drop.run({ store, orderId });
    },
    noteError: ({ store, orderId }, error) => {
      setError.run({ store, orderId, error });
    },
  };
}
