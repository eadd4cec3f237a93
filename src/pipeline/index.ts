/** Order, settings and facts in; decision and events out. Pure: the same input gives the same output, and nothing is read or sent. */
import type { Derivation, Facts } from '../core/decision.ts';
import type { ConvergeEvent } from '../core/event.ts';
import { minorDigits, toDecimal } from '../core/money.ts';
import type { Order } from '../core/order.ts';
import type { RuleSettings } from '../core/settings.ts';
import { parseTime } from '../core/time.ts';
import { aliasesOf } from './aliases.ts';
import { boughtOf } from './bought.ts';
import { contactOf } from './contact.ts';
import { verdictOf, wasWritten, type Verdict } from './decide.ts';
import type { Bought } from './lines.ts';
import { placedOrder, type Common } from './placed-order.ts';
import { receivedRefund } from './received-refund.ts';
import { refundOutcome, type NewRefund, type RefundOutcome } from './refunds.ts';
import { salesChannel, type SalesChannel } from './sales-channel.ts';
import { subscriptionEvent, subscriptionOutcome } from './subscription.ts';
import { changeWarning, sendingWarnings } from './warnings.ts';

/**
 * What the order's state implies. `events` holds those not known from `facts.previous`: Placed Order, the event of a subscription, refunds
 * in the order of their ids; an event derived twice has the same id, so repeats are harmless. Never throws for an order with missing values: the event then
 * says what there is. `historical` of an order: created before the second in which the store was first connected; of a refund: the same
 * of its own creation. `total` is what was bought as the order stands now; `sentLines` what its Placed Order reports or reported.
 */
export function derive(order: Order, settings: RuleSettings, facts: Facts): Derivation {
  const digits = minorDigits(order.currency);
  const historical = isHistorical(order.createdAt, facts) ?? false;
  const channel = salesChannel(order.sourceName, settings.salesChannels);
  const trail = [channelWords(order, channel)];
  const bought = boughtOf(order, digits);
  const total = toDecimal(bought.total, digits);
  const verdict = verdictOf(order, settings, facts, channel, bought, trail);
  const writesNow = verdict.decision === 'sent' && !wasWritten(facts);
  if (writesNow) trail.push(`Placed Order: ${total} ${order.currency}, number of lines: ${bought.lines.length}.`);
  const warnings = writesNow ? sendingWarnings(order, bought, channel, digits) : [];
  const change = changeWarning(facts, bought.total, digits);
  if (change) {
    warnings.push(change);
    trail.push(`Changed after sending: ${change.detail.sent} was sent, it is ${total} now. No second Placed Order.`);
  }
  const subscription =
    verdict.decision === 'sent'
      ? subscriptionOutcome(order, bought, settings.subscriptions, facts, writesNow, trail)
      : { role: facts.previous?.subscription ?? null, writes: null };
  const sentLines = writesNow ? quantities(bought) : (facts.previous?.sentLines ?? null);
  const refunds = refundsOf(order, facts, verdict, digits, sentLines, trail);

  const events: ConvergeEvent[] = [];
  if (writesNow || subscription.writes !== null || refunds.toSend.length > 0) {
    const common = commonOf(order, settings, channel, digits, facts.now);
    if (writesNow) events.push(placedOrder(common, bought, verdict.isNewCustomer, historical));
    if (subscription.writes !== null) events.push(subscriptionEvent(subscription.writes, common, bought, facts, historical));
    for (const one of refunds.toSend) events.push(receivedRefund(common, one, isPast(one, facts) ?? historical));
  }
  return {
    decision: verdict.decision,
    reason: verdict.reason,
    events,
    refunds: refunds.accounts,
    dueAgainAt: verdict.heldUntil ?? refunds.dueAgainAt,
    dueAgainReason: verdict.heldUntil !== null ? verdict.reason : refunds.dueAgainAt !== null ? 'pending_refund' : null,
    historical,
    channel: channel.type,
    channelMapped: channel.mapped,
    total,
    sentLines,
    subscription: subscription.role,
    warnings,
    trail,
  };
}

/** Refunds of a held order wait with it: what was recorded of them before stays. */
function refundsOf(
  order: Order,
  facts: Facts,
  verdict: Verdict,
  digits: number,
  sentLines: Record<string, number> | null,
  trail: string[],
): RefundOutcome {
  const previous = facts.previous?.refunds ?? [];
  if (verdict.decision === 'held') return { accounts: previous, toSend: [], dueAgainAt: null };
  const aloneSince = verdict.reason === 'before_window' ? facts.connectedAt : null;
  return refundOutcome(
    order,
    { digits, now: facts.now, previous, sentLines, excludedWith: verdict.refundsExcludedWith, aloneSince },
    trail,
  );
}

function commonOf(order: Order, settings: RuleSettings, channel: SalesChannel, digits: number, now: number): Common {
  const contact = contactOf(order);
  return {
    order,
    digits,
    currency: /^[A-Z]{3}$/.test(order.currency) ? order.currency : null,
    contact,
    aliases: aliasesOf(order, contact.email, settings.aliases),
    channel: channel.type,
    now,
  };
}

/** Null: the time is unknown. */
function isHistorical(createdAt: string | null, facts: Facts): boolean | null {
  const time = parseTime(createdAt);
  return time === null ? null : time < facts.connectedAt;
}

function isPast({ refund }: NewRefund, facts: Facts): boolean | null {
  return isHistorical(refund.createdAt, facts) ?? isHistorical(refund.processedAt, facts);
}

function quantities(bought: Bought): Record<string, number> {
  // Without a prototype it is a dictionary from the start: as a plain object every order's own keys would be a new hidden class.
  const quantityOf = Object.create(null) as Record<string, number>;
  for (const { line, quantity } of bought.lines) quantityOf[line.id] = quantity;
  return quantityOf;
}

function channelWords(order: Order, channel: SalesChannel): string {
  if (order.sourceName === null) return `Sales channel: ${channel.type}, as Shopify names no source.`;
  if (channel.mapped) return `Sales channel: ${channel.type}, from the source name "${order.sourceName}".`;
  return `Sales channel: ${channel.type}, as the source name "${order.sourceName}" is not mapped. Add it to salesChannels in the config.`;
}
