/** What each refund of an order comes to: sent, waiting for its money, or not sent and why. */
import type { RefundAccount } from '../core/decision.ts';
import { toDecimal, toMinor } from '../core/money.ts';
import type { Order, Refund } from '../core/order.ts';
import { isoSeconds, parseTime } from '../core/time.ts';
import { pendingRefundDue } from './due.ts';
import { refundedUnits, unreportedUnits } from './unreported.ts';

/** A refund whose event is to be written now. */
export interface NewRefund {
  refund: Refund;
  /** Money that moved, minor units. */
  amount: bigint;
  /** Line id -> refunded quantity the order reported. */
  units: Map<string, number>;
}

export interface RefundOutcome {
  accounts: RefundAccount[];
  toSend: NewRefund[];
  /** When a pending refund must be looked at again, ms; null: none is pending, or watched no longer. */
  dueAgainAt: number | null;
}

export interface RefundRules {
  digits: number;
  now: number;
  /** What earlier runs recorded. */
  previous: readonly RefundAccount[];
  /** Line id -> quantity the Placed Order reported; null: none was or is written. */
  sentLines: Record<string, number> | null;
  /** Why refunds are excluded: with their order. Null: they are not. */
  excludedWith: string | null;
  /** The order is outside the window: only refunds created at or after this (ms) are sent. Null: inside. */
  aloneSince: number | null;
}

/** Every refund in the order of its id, which is the order in which Shopify made them. */
export function refundOutcome(order: Order, rules: RefundRules, trail: string[]): RefundOutcome {
  const refunds = [...(order.refunds ?? [])].sort(byId);
  const unreported = unreportedUnits(order, refunds, rules.sentLines);
  const known = new Map(rules.previous.map((account) => [account.id, account]));
  const outcome: RefundOutcome = { accounts: [], toSend: [], dueAgainAt: null };
  for (const refund of refunds) {
    const before = known.get(refund.id);
    if (before?.state === 'sent' || before?.state === 'never_reported') {
      outcome.accounts.push(before);
      trail.push(
        `Refund ${refund.id}: ${before.state === 'sent' ? 'written earlier' : 'of what an edit had removed, as decided earlier'}.`,
      );
      continue;
    }
    addRefund(outcome, order, refund, unreported.get(refund.id), rules, trail);
  }
  return outcome;
}

function addRefund(
  outcome: RefundOutcome,
  order: Order,
  refund: Refund,
  unreported: ReadonlyMap<string, number> | undefined,
  rules: RefundRules,
  trail: string[],
): void {
  const { moved, pending } = moneyOf(refund, rules.digits);
  const amount = toDecimal(moved, rules.digits);
  const record = (state: RefundAccount['state'], reason: string | null, words: string) => {
    outcome.accounts.push({ id: refund.id, state, reason, amount });
    trail.push(`Refund ${refund.id}: ${words}`);
  };
  const createdAt = parseTime(refund.createdAt) ?? parseTime(refund.processedAt);
  if (rules.excludedWith !== null) return record('excluded', rules.excludedWith, `excluded with its order (${rules.excludedWith}).`);
  if (rules.aloneSince !== null && (createdAt === null || createdAt < rules.aloneSince)) {
    return record('excluded', 'before_window', 'its order is before the window, and it was made before the store was connected.');
  }
  if (moved === 0n && !pending) return record('no_money', null, 'no money moved and none is on its way.');
  const units = refundedUnits(refund);
  if (onlyUnreported(refund, units, unreported)) {
    return record('never_reported', 'removed_by_edit', 'gives back only what an edit had removed before the order was sent.');
  }
  const dueAgainAt = pending ? pendingRefundDue(createdAt ?? parseTime(order.updatedAt) ?? rules.now, rules.now) : null;
  if (dueAgainAt !== null || (pending && moved === 0n)) {
    if (dueAgainAt !== null) outcome.dueAgainAt = Math.min(outcome.dueAgainAt ?? dueAgainAt, dueAgainAt);
    const again = dueAgainAt === null ? 'is watched no longer' : `will be looked at again ${isoSeconds(dueAgainAt)}`;
    return record('pending', 'pending_refund', `its money has not moved yet; it ${again}.`);
  }
  for (const [lineId, count] of unreported ?? []) units.set(lineId, (units.get(lineId) ?? 0) - count);
  outcome.toSend.push({ refund, amount: moved, units });
  record('sent', null, `${amount} moved: Received Refund.`);
}

/**
 * `moved`: Shopify counts the money of a refund by its successful transactions (line subtotals are unreliable, observed). `pending`:
 * more may come, so the amount is not final. Of the kinds of a refund's transactions only REFUND moves money back.
 */
function moneyOf(refund: Refund, digits: number): { moved: bigint; pending: boolean } {
  let moved = 0n;
  let pending = false;
  for (const { kind, status, amount } of refund.transactions ?? []) {
    if (kind?.toUpperCase() !== 'REFUND') continue;
    if (status === 'SUCCESS') moved += toMinor(amount, digits);
    else if (status === 'PENDING' || status === 'AWAITING_RESPONSE' || status === 'UNKNOWN') pending = true;
  }
  return { moved, pending };
}

function onlyUnreported(refund: Refund, units: ReadonlyMap<string, number>, unreported: ReadonlyMap<string, number> | undefined): boolean {
  if (!unreported) return false;
  for (const [lineId, count] of units) if ((unreported.get(lineId) ?? 0) < count) return false;
  return (refund.shipping ?? []).every(({ amount }) => toMinor(amount, 4) === 0n);
}

/** Numeric ids as strings: shorter is smaller. */
function byId(a: Refund, b: Refund): number {
  const [left, right] = [String(a.id), String(b.id)];
  return left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);
}
