/** Order, settings and facts in; decision and events out. Pure: the same input gives the same output, and nothing is read or sent. */
import type { Derivation, Facts, Warning } from '../core/decision.ts';
import type { ConvergeEvent } from '../core/event.ts';
import { minorDigits, toDecimal, toMinor } from '../core/money.ts';
import type { Order } from '../core/order.ts';
import type { RuleSettings } from '../core/settings.ts';
import { parseTime } from '../core/time.ts';
import { aliasesOf } from './aliases.ts';
import { boughtOf } from './bought.ts';
import { contactOf } from './contact.ts';
import { verdictOf, wasWritten } from './decide.ts';
import type { Bought } from './lines.ts';
import { placedOrder, type Common } from './placed-order.ts';
import { receivedRefund } from './received-refund.ts';
import { refundOutcome, type RefundOutcome } from './refunds.ts';
import { salesChannel, type SalesChannel } from './sales-channel.ts';

/**
 * What the order's state implies. `events` holds those not known from `facts.previous`, Placed Order first, refunds in the order of their
 * ids; an event derived twice has the same id, so repeats are harmless. Never throws for an order with missing values: the event then
 * says what there is. `historical` of an order: created before the second in which the store was first connected; of a refund: the same
 * of its own creation.
 */
export function derive(order: Order, settings: RuleSettings, facts: Facts): Derivation {
  const trail: string[] = [];
  const digits = minorDigits(order.currency);
  const historical = isHistorical(order.createdAt, facts) ?? false;
  const channel = salesChannel(order.sourceName, settings.salesChannels);
  trail.push(channelWords(order, channel));
  const bought = boughtOf(order, digits);
  const verdict = verdictOf(order, settings, facts, channel, bought, historical, trail);
  const writesNow = verdict.decision === 'sent' && !wasWritten(facts);
  const sentLines = writesNow ? quantities(bought) : (facts.previous?.sentLines ?? null);
  const total = toDecimal(bought.total, digits);
  const warnings: Warning[] = writesNow ? warningsOf(order, bought, channel, digits) : [];
  const change = changeSince(facts, bought.total, digits);
  if (change) {
    warnings.push(change);
    trail.push(`Changed after sending: ${change.detail.sent} was sent, it is ${total} now. No second Placed Order.`);
  }
  const refunds: RefundOutcome =
    verdict.decision === 'held'
      ? { accounts: facts.previous?.refunds ?? [], toSend: [], dueAgainAt: null }
      : refundOutcome(
          order,
          {
            digits,
            now: facts.now,
            previous: facts.previous?.refunds ?? [],
            sentLines,
            excludedWith:
              verdict.reason === 'before_window' ? verdict.refundsExcludedWith : verdict.decision === 'sent' ? null : verdict.reason,
            aloneSince: verdict.reason === 'before_window' ? facts.connectedAt : null,
          },
          trail,
        );
  const events: ConvergeEvent[] = [];
  if (writesNow || refunds.toSend.length > 0) {
    const contact = contactOf(order);
    const common: Common = {
      order,
      digits,
      currency: /^[A-Z]{3}$/.test(order.currency) ? order.currency : null,
      contact,
      aliases: aliasesOf(order, contact.email, settings.aliases),
      channel: channel.type,
      now: facts.now,
    };
    if (writesNow) events.push(placedOrder(common, bought, verdict.isNewCustomer, historical));
    for (const { refund, amount, units } of refunds.toSend) {
      const ofPast = isHistorical(refund.createdAt, facts) ?? isHistorical(refund.processedAt, facts) ?? historical;
      events.push(receivedRefund(common, refund, amount, units, ofPast));
    }
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
    warnings,
    trail,
  };
}

function isHistorical(createdAt: string | null, facts: Facts): boolean | null {
  const time = parseTime(createdAt);
  return time === null ? null : time < facts.connectedAt;
}

function quantities(bought: Bought): Record<string, number> {
  return Object.fromEntries(bought.lines.map(({ line, quantity }) => [line.id, quantity]));
}

function warningsOf(order: Order, bought: Bought, channel: SalesChannel, digits: number): Warning[] {
  const warnings: Warning[] = [];
  if (!channel.mapped)
    warnings.push({ code: 'CHANNEL_UNMAPPED', detail: { sourceName: order.sourceName ?? '', appName: order.appName ?? '' } });
  // Shopify divides discounts and taxes among lines, so one minor unit may be left over.
  if (bought.difference > 1n || bought.difference < -1n) {
    const expected = bought.total - bought.difference;
    warnings.push({
      code: 'IDENTITY_DIFFERENCE',
      detail: {
        total: toDecimal(bought.total, digits),
        expected: toDecimal(expected, digits),
        difference: toDecimal(bought.difference, digits),
      },
    });
  }
  return warnings;
}

function changeSince(facts: Facts, total: bigint, digits: number): Warning | null {
  const sent = facts.previous?.sentTotal ?? null;
  if (sent === null) return null;
  const difference = total - toMinor(sent, digits);
  if (difference === 0n) return null;
  return { code: 'CHANGED_AFTER_SENDING', detail: { sent, now: toDecimal(total, digits), difference: toDecimal(difference, digits) } };
}

function channelWords(order: Order, channel: SalesChannel): string {
  if (order.sourceName === null) return `Sales channel: ${channel.type}, as Shopify names no source.`;
  if (channel.mapped) return `Sales channel: ${channel.type}, from the source name "${order.sourceName}".`;
  return `Sales channel: ${channel.type}, as the source name "${order.sourceName}" is not mapped. Add it to salesChannels in the config.`;
}
