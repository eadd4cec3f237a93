/** What about an order needs a person's look. Amounts, ids and source names only: warnings are logged. */
import type { Facts, Warning } from '../core/decision.ts';
import { toDecimal, toMinor } from '../core/money.ts';
import type { Order } from '../core/order.ts';
import type { Bought } from './lines.ts';
import type { SalesChannel } from './sales-channel.ts';

/** Of a Placed Order that is written now. */
export function sendingWarnings(order: Order, bought: Bought, channel: SalesChannel, digits: number): Warning[] {
  const warnings: Warning[] = [];
  if (!channel.mapped) {
    warnings.push({ code: 'CHANNEL_UNMAPPED', detail: { sourceName: order.sourceName ?? '', appName: order.appName ?? '' } });
  }
  const { total, difference } = bought;
  // Shopify divides discounts and taxes among lines, so one minor unit may be left over.
  if (difference > 1n || difference < -1n) {
    warnings.push({
      code: 'IDENTITY_DIFFERENCE',
      detail: {
        total: toDecimal(total, digits),
        expected: toDecimal(total - difference, digits),
        difference: toDecimal(difference, digits),
      },
    });
  }
  return warnings;
}

/** Of an order whose total is no longer what its Placed Order said; null: it is, or none was written. */
export function changeWarning(facts: Facts, total: bigint, digits: number): Warning | null {
  const sent = facts.previous?.sentTotal ?? null;
  if (sent === null) return null;
  const difference = total - toMinor(sent, digits);
  if (difference === 0n) return null;
  return { code: 'CHANGED_AFTER_SENDING', detail: { sent, now: toDecimal(total, digits), difference: toDecimal(difference, digits) } };
}
