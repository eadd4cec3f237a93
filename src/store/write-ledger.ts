/** The ledger's row of an order: what was decided, at which state of the order, and what was sent. */
import type { Derivation } from '../core/decision.ts';
import { and, eq, sql } from './drizzle.ts';
import type { Connection } from './open.ts';
import { newValuesOf, p, parametersOf } from './placeholders.ts';
import { orders } from './schema.ts';
import { tallyOrders } from './tally.ts';
import type { LedgerRow, OrderMissing } from './types.ts';

export interface LedgerEntry {
  store: string;
  orderId: string;
  row: LedgerRow;
  derivation: Derivation;
  /** This write put the Placed Order on the outbox. */
  placed: boolean;
}

export interface Ledger {
  /** Once a Placed Order was written, `sent` and what it reported stay, whatever is derived later. */
  write(entry: LedgerEntry): void;
  /** An order Shopify no longer shows. Of an order never seen nothing is written; one that was sent stays `sent`, with the reason beside it. */
  end(missing: OrderMissing & { decision: NonNullable<OrderMissing['decision']> }): void;
}

export function ledger(connection: Connection): Ledger {
  const { orm } = connection;
  const countOrders = tallyOrders(connection);
  const key = and(eq(orders.store, p('store')), eq(orders.orderId, p('orderId')));
  const known = orm
    .select({ decision: orders.decision, sentTotal: orders.sentTotal, sentLines: orders.sentLines, waited: orders.waitedForJourney })
    .from(orders)
    .where(key)
    .prepare();
  const upsert = orm
    .insert(orders)
    .values(parametersOf(orders))
    .onConflictDoUpdate({ target: [orders.store, orders.orderId], set: newValuesOf(orders, 'store', 'orderId') })
    .prepare();
  const end = orm
    .update(orders)
    .set({
      decision: sql`case when decision = 'sent' then decision else ${p('decision')} end`,
      reason: sql`${p('reason')}`,
      trail: sql`case when json_extract(trail, '$[#-1]') is ${p('reason')} then trail else json_insert(trail, '$[#]', ${p('reason')}) end`,
    })
    .where(key)
    .prepare();

  return {
    write: ({ store, orderId, row, derivation, placed }) => {
      const before = known.get({ store, orderId });
      const sent = before?.decision === 'sent' || (before?.sentTotal ?? null) !== null;
      const difference = derivation.warnings.find(({ code }) => code === 'CHANGED_AFTER_SENDING')?.detail;
      upsert.run({
        store,
        orderId,
        ...row,
        channel: derivation.channel,
        channelMapped: derivation.channelMapped,
        total: derivation.total,
        historical: derivation.historical,
        decision: sent ? 'sent' : derivation.decision,
        reason: sent ? null : derivation.reason,
        refunds: derivation.refunds,
        sentTotal: placed ? derivation.total : (before?.sentTotal ?? null),
        sentLines: placed ? JSON.stringify(derivation.sentLines) : (before?.sentLines ?? null),
        subscription: derivation.subscription,
        waitedForJourney: (before?.waited ?? false) || derivation.dueAgainReason === 'journey',
        changedAfterSending: difference ? JSON.stringify(difference) : null,
        trail: derivation.trail,
      } satisfies typeof orders.$inferInsert);
      if (!before) countOrders(store, [orderId]);
    },
    end: ({ claim, decision, reason }) => {
      end.run({ store: claim.store, orderId: claim.orderId, decision, reason });
    },
  };
}
