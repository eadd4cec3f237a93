/** Which refunded units the Placed Order never reported, because an edit had removed them before it was written. */
import { toMinor } from '../core/money.ts';
import type { Order, Refund } from '../core/order.ts';
import { parseTime } from '../core/time.ts';
import { unitsOf } from './edited.ts';
import { wholeNumber } from './lines.ts';

/** Shopify writes an edit's own refund in the moment of the edit. */
const SAME_MOMENT_MS = 2_000;

interface Removal {
  /** ms since the epoch. */
  at: number;
  /** Still to be found in a refund. */
  units: number;
}

/**
 * Refund id -> line id -> units that were never reported. Shopify writes a refund for units an edit removes as it does for units that
 * come back; only time and the sales agreements tell them apart. The units an edit removed are those of the refund made in its moment. What is left
 * of them may have been paid back later: in the refunds since the edit, as far as these give back more than the agreements know as returned. A refund
 * older than the edit gave back something else. Never more units than the Placed Order left out (`sentLines`: line id -> reported quantity).
 */
export function unreportedUnits(
  order: Order,
  refunds: readonly Refund[],
  sentLines: Record<string, number> | null,
): Map<string, Map<string, number>> {
  const found = new Map<string, Map<string, number>>();
  if (!order.edited || sentLines === null) return found;
  for (const line of order.lines ?? []) {
    const unsent = wholeNumber(line.quantity) - (sentLines[line.id] ?? 0);
    for (const [refundId, units] of unreportedOfLine(order, refunds, line.id, unsent)) {
      found.set(refundId, (found.get(refundId) ?? new Map<string, number>()).set(line.id, units));
    }
  }
  return found;
}

/** Refund id -> units of this line; never 0. */
function unreportedOfLine(order: Order, refunds: readonly Refund[], lineId: string, unsent: number): Map<string, number> {
  const { removals, returned } = movesOf(order, lineId);
  const free = new Map(refunds.map((refund) => [refund.id, refundedUnits(refund).get(lineId) ?? 0]));
  const taken = new Map<string, number>();
  let room = unsent;

  function take(refund: Refund, removal: Removal, atMost = Infinity): number {
    const units = Math.max(0, Math.min(removal.units, free.get(refund.id) ?? 0, room, atMost));
    if (units === 0) return 0;
    removal.units -= units;
    room -= units;
    free.set(refund.id, (free.get(refund.id) ?? 0) - units);
    taken.set(refund.id, (taken.get(refund.id) ?? 0) + units);
    return units;
  }

  for (const removal of removals) {
    for (const refund of refunds) if (Math.abs(madeAt(refund) - removal.at) <= SAME_MOMENT_MS) take(refund, removal);
  }
  let beyondReturns = [...free.values()].reduce((sum, units) => sum + units, 0) - returned;
  for (const removal of removals) {
    for (const refund of refunds) if (madeAt(refund) >= removal.at) beyondReturns -= take(refund, removal, beyondReturns);
  }
  return taken;
}

function madeAt(refund: Refund): number {
  return parseTime(refund.createdAt) ?? parseTime(refund.processedAt) ?? Infinity;
}

/** Line id -> units of a refund. */
export function refundedUnits(refund: Refund): Map<string, number> {
  const units = new Map<string, number>();
  for (const { lineId, quantity } of refund.lines ?? []) units.set(lineId, (units.get(lineId) ?? 0) + Math.max(wholeNumber(quantity), 0));
  return units;
}

/** What edits took away of a line, and how many units its refunds and returns gave back. */
function movesOf(order: Order, lineId: string): { removals: Removal[]; returned: number } {
  const removals: Removal[] = [];
  let returned = 0;
  for (const { reason, happenedAt, sales } of order.agreements ?? []) {
    // Within one agreement a unit may leave and come back with another price (a discount added by an edit): only the net counts.
    let net = 0;
    for (const sale of sales ?? []) if (sale.lineId === lineId) net += unitsOf(sale, toMinor(sale.total, 4));
    if (net >= 0) continue;
    if (reason === 'ORDER_EDIT') removals.push({ at: parseTime(happenedAt) ?? -Infinity, units: -net });
    else if (reason === 'REFUND' || reason === 'RETURN') returned -= net;
  }
  return { removals, returned };
}
