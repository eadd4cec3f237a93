/** Which refunded units the Placed Order never reported, because an edit had removed them before it was written. */
import { toMinor } from '../core/money.ts';
import type { Order, Refund } from '../core/order.ts';
import { unitsOf } from './edited.ts';
import { wholeNumber } from './lines.ts';

interface Moves {
  /** Taken away by edits. */
  removed: number;
  /** Given back by refunds and returns. */
  returned: number;
}

/**
 * Refund id -> line id -> units that were never reported. Shopify writes a refund for units an edit removes as it does for units that
 * come back; only the sales agreements tell them apart. Of the units refunded on a line, those its agreements do not know as returned
 * are the ones an edit removed, at most as many as the Placed Order left out (`sentLines`: line id -> reported quantity). They belong to
 * the earliest refunds, as the edit came before what happened to the rest.
 */
export function unreportedUnits(
  order: Order,
  refunds: readonly Refund[],
  sentLines: Record<string, number> | null,
): Map<string, Map<string, number>> {
  const found = new Map<string, Map<string, number>>();
  if (!order.edited || sentLines === null) return found;
  const moves = movesByLine(order);
  const left = new Map<string, number>();
  for (const line of order.lines ?? []) {
    const { removed, returned } = moves.get(line.id) ?? { removed: 0, returned: 0 };
    const unsent = wholeNumber(line.quantity) - (sentLines[line.id] ?? 0);
    let refunded = 0;
    for (const refund of refunds) refunded += refundedUnits(refund).get(line.id) ?? 0;
    const unreported = Math.min(removed, unsent, refunded - returned);
    if (unreported > 0) left.set(line.id, unreported);
  }
  for (const refund of refunds) {
    const units = new Map<string, number>();
    for (const [lineId, quantity] of refundedUnits(refund)) {
      const taken = Math.min(quantity, left.get(lineId) ?? 0);
      if (taken <= 0) continue;
      left.set(lineId, (left.get(lineId) ?? 0) - taken);
      units.set(lineId, taken);
    }
    if (units.size > 0) found.set(refund.id, units);
  }
  return found;
}

/** Line id -> units of a refund. */
export function refundedUnits(refund: Refund): Map<string, number> {
  const units = new Map<string, number>();
  for (const { lineId, quantity } of refund.lines ?? []) units.set(lineId, (units.get(lineId) ?? 0) + Math.max(wholeNumber(quantity), 0));
  return units;
}

function movesByLine(order: Order): Map<string, Moves> {
  const moves = new Map<string, Moves>();
  for (const { reason, sales } of order.agreements ?? []) {
    // Within one agreement a unit may leave and come back with another price (a discount added by an edit): only the net counts.
    const net = new Map<string, number>();
    for (const sale of sales ?? []) {
      if (sale.lineId === null) continue;
      net.set(sale.lineId, (net.get(sale.lineId) ?? 0) + unitsOf(sale, toMinor(sale.total, 4)));
    }
    for (const [lineId, units] of net) {
      if (units >= 0) continue;
      const line = moves.get(lineId) ?? { removed: 0, returned: 0 };
      if (reason === 'ORDER_EDIT') line.removed -= units;
      else if (reason === 'REFUND' || reason === 'RETURN') line.returned -= units;
      moves.set(lineId, line);
    }
  }
  return moves;
}
