/** Records verified webhooks: the receipt and what it causes, in one durable commit for the whole batch. */
import { eq, sql } from './drizzle.ts';
import { operation } from './errors.ts';
import { markDue } from './mark-due.ts';
import type { Connection } from './open.ts';
import { parameter, parametersOf } from './placeholders.ts';
import { redactCustomer } from './redact-customer.ts';
import { redactShop } from './redact-shop.ts';
import { stores, webhookReceipts } from './schema.ts';
import type { Signal, SignalResult, Store } from './types.ts';

export function acceptSignals(connection: Connection): Store['acceptSignals'] {
  const { orm, transaction } = connection;
  const mark = markDue(connection);
  const forgetCustomer = redactCustomer(connection);
  const forgetShop = redactShop(connection);
  const insertReceipt = orm.insert(webhookReceipts).values(parametersOf(webhookReceipts)).onConflictDoNothing().prepare();
  const requestCheck = orm
    .update(stores)
    .set({ checkRequestedAt: parameter('at') })
    .where(eq(stores.name, sql.placeholder('store')))
    .prepare();

  function redact(signal: Signal): Record<string, number> | null {
    const { redact, store, receivedAt } = signal;
    if (redact === null) return null;
    return redact.kind === 'shop' ? forgetShop(store, signal.deliveryId) : forgetCustomer({ ...redact, store, now: receivedAt });
  }

  function accept(signal: Signal): SignalResult {
    const { store, deliveryId, eventId, topic, orderId, triggeredAt, receivedAt } = signal;
    const receipt = { store, deliveryId, eventId, topic, orderId, triggeredAt, receivedAt } satisfies typeof webhookReceipts.$inferInsert;
    if (insertReceipt.run(receipt).changes === 0) return { duplicate: true, redacted: null };
    if (orderId !== null) {
      mark({ store, orderId, markedAt: receivedAt, heldUntil: signal.heldUntil, reason: topic, lane: 'live', deletes: signal.deletes });
    }
    if (signal.checksConnection) requestCheck.run({ store, at: receivedAt });
    return { duplicate: false, redacted: redact(signal) };
  }

  return operation((signals) => transaction(() => signals.map(accept)));
}
