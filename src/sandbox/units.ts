/** Arithmetic on units of a line with their discount and tax. Pure. */
import { ConnectorError } from '../core/errors.ts';
import { share } from './money.ts';
import type { Units } from './model.ts';

/** The part of `units` that `quantity` of them carry; all of it when none is left. Throws SANDBOX_INPUT for more than there are. */
export function shareOf(units: Units, quantity: number): Units {
  if (!Number.isInteger(quantity) || quantity < 1) throw new ConnectorError('SANDBOX_INPUT', 'A quantity is a whole number from 1 on.');
  // The words are Shopify's (observed on a refund).
  if (quantity > units.quantity) throw new ConnectorError('SANDBOX_INPUT', 'Quantity cannot refund more items than were purchased');
  const { discount, tax } = units;
  return { quantity, discount: share(discount, quantity, units.quantity), tax: share(tax, quantity, units.quantity) };
}

/** `units` with `change` added (`sign` 1) or taken away (`sign` -1). */
export function moveUnits(units: Units, change: Units, sign: 1 | -1): Units {
  return {
    quantity: units.quantity + sign * change.quantity,
    discount: units.discount + sign * change.discount,
    tax: units.tax + sign * change.tax,
  };
}
