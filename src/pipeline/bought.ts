/** What was bought, in money and lines: after upsells, before returns. */
import { toMinor } from '../core/money.ts';
import type { Order } from '../core/order.ts';
import { boughtByEdits } from './edited.ts';
import { boughtLine, listPrice, wholeNumber, type Bought, type BoughtLine } from './lines.ts';

/**
 * An order that was not edited: its totals. An edited one: the sum of its agreements, because its totals keep what an edit removed
 * (documented: "before returns"; observed: a lowered quantity leaves them as they were) and the `current…` ones lose what was returned.
 */
export function boughtOf(order: Order, digits: number): Bought {
  return (order.edited ? boughtByEdits(order, digits) : null) ?? boughtAtOnce(order, digits);
}

function boughtAtOnce(order: Order, digits: number): Bought {
  const { totals } = order;
  const amount = (value: string | null | undefined) => toMinor(value, digits);
  const total = amount(totals?.price);
  const tax = amount(totals?.tax);
  const shipping = amount(totals?.shipping);
  const discount = amount(totals?.discounts);
  const tip = amount(totals?.tip);
  const extras = tip + amount(totals?.duties) + amount(totals?.fees) + (order.taxesIncluded ? 0n : tax);
  const all: BoughtLine[] = [];
  for (const line of order.lines ?? []) {
    const bought = boughtLine(line, wholeNumber(line.quantity), digits);
    if (bought) all.push(bought);
  }
  const difference = total - (listPrice(all) + shipping + extras - discount);
  const tipLine = tip > 0n && difference === -tip ? all.findLast(({ line, price }) => line.productId === null && price === tip) : undefined;
  if (!tipLine) return { total, tax, shipping, discount, lines: all, difference };
  // Shopify lists a tip among the lines as well (`TipSale.lineItem`): it is no product and its money is already counted.
  return { total, tax, shipping, discount, lines: all.filter((line) => line !== tipLine), difference: 0n };
}
