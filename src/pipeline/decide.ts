/** Whether an order is sent, left out or has to wait: the rules in the order in which they are asked. */
import type { DecisionKind, Facts } from '../core/decision.ts';
import type { Order } from '../core/order.ts';
import type { RuleSettings } from '../core/settings.ts';
import { isoSeconds, parseTime } from '../core/time.ts';
import { HOUR_MS, JOURNEY_WAIT_MS, upsellEnd } from './due.ts';
import { exclusion } from './exclude.ts';
import type { Bought } from './lines.ts';
import { newCustomer } from './new-customer.ts';
import type { SalesChannel } from './sales-channel.ts';

export interface Verdict {
  decision: DecisionKind;
  reason: string | null;
  /** Until when a held order waits, ms. */
  heldUntil: number | null;
  /** Why the refunds are left out as well; null: they follow their own money. */
  refundsExcludedWith: string | null;
  isNewCustomer: boolean | null;
}

/** Whether a Placed Order of this order was written by an earlier run. */
export function wasWritten(facts: Facts): boolean {
  return facts.previous !== null && (facts.previous.decision === 'sent' || facts.previous.sentTotal !== null);
}

export function verdictOf(
  order: Order,
  settings: RuleSettings,
  facts: Facts,
  channel: SalesChannel,
  bought: Bought,
  trail: string[],
): Verdict {
  const verdict = (decision: DecisionKind, reason: string | null, more: Partial<Verdict> = {}): Verdict => ({
    decision,
    reason,
    heldUntil: null,
    refundsExcludedWith: decision === 'excluded' || decision === 'nothing_to_send' ? reason : null,
    isNewCustomer: null,
    ...more,
  });
  if (wasWritten(facts)) {
    trail.push('Placed Order: written earlier. That decision stands; tags and channels of today do not change it.');
    return verdict('sent', null);
  }
  if (beforeWindow(order, facts, trail)) {
    return verdict('excluded', 'before_window', { refundsExcludedWith: exclusion(order, settings, channel, trail) });
  }
  const upsellUntil = upsellEnd(order, settings.upsellDelay);
  if (upsellUntil === null) trail.push('Upsell delay: off.');
  else {
    const over = facts.now >= upsellUntil;
    trail.push(
      `Upsell delay: ${settings.upsellDelay.minutes} minutes from creation, ${over ? 'over since' : 'waiting until'} ${isoSeconds(upsellUntil)}.`,
    );
    if (!over) return verdict('held', 'upsell', { heldUntil: upsellUntil });
  }
  const excludedBy = exclusion(order, settings, channel, trail);
  if (excludedBy !== null) return verdict('excluded', excludedBy);
  const { isNew, because } = newCustomer(order, facts);
  trail.push(`New customer: ${isNew === null ? 'unknown' : isNew ? 'yes' : 'no'}, ${because}.`);
  // Without a customer there is no journey to wait for, and one that was not ready within the hour never will be.
  if (isNew === null && order.customer && !order.journey?.ready && !facts.waitedForJourney && isYoung(order, facts)) {
    const until = facts.now + JOURNEY_WAIT_MS;
    trail.push(`Customer journey: Shopify is still preparing it, waiting once until ${isoSeconds(until)}.`);
    return verdict('held', 'journey', { heldUntil: until });
  }
  if (order.edited && bought.lines.length === 0 && bought.total === 0n) {
    trail.push('What was bought: edits removed everything before the order was sent.');
    return verdict('nothing_to_send', 'edited_to_nothing');
  }
  return verdict('sent', null, { isNewCustomer: isNew });
}

/** Asked an hour after its creation at the latest. */
function isYoung(order: Order, facts: Facts): boolean {
  const createdAt = parseTime(order.createdAt);
  return createdAt !== null && facts.now - createdAt < HOUR_MS;
}

function beforeWindow(order: Order, facts: Facts, trail: string[]): boolean {
  const { windowStart } = facts;
  const createdAt = parseTime(order.createdAt);
  if (windowStart === null || createdAt === null) {
    trail.push('Window: everything visible is inside.');
    return false;
  }
  const before = createdAt < windowStart;
  trail.push(
    `Window: opens ${isoSeconds(windowStart)}, the order was created ${isoSeconds(createdAt)}, ${before ? 'before it' : 'inside'}.`,
  );
  return before;
}
