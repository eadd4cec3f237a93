/** Which access scopes are needed, and what a missing one costs. Pure. */

export interface MissingScope {
  scope: string;
  /** What does not work without it, and the fix. */
  cost: string;
  /** True: nothing works without it. */
  fatal: boolean;
}

const FIX = 'Add it to the app in the Shopify Dev Dashboard, release a new version, accept it on the store, then run connect again.';

const NEEDED: MissingScope[] = [
  { scope: 'read_orders', cost: `no order and no refund can be read. ${FIX}`, fatal: true },
  { scope: 'read_customers', cost: `orders come without their customer: no e-mail, no alias, no new-customer flag. ${FIX}`, fatal: true },
  { scope: 'read_products', cost: `items come without product and variant ids. ${FIX}`, fatal: true },
  {
    scope: 'read_all_orders',
    cost: `only the orders of the last 60 days are visible; older history and refunds of older orders are not. Request it in the Dev Dashboard (API access requests), then: ${FIX[0]?.toLowerCase()}${FIX.slice(1)}`,
    fatal: false,
  },
];

/** The scopes of ours that were not granted, most important first. A `write_x` grant includes `read_x`. */
export function missingScopes(granted: string[]): MissingScope[] {
  return NEEDED.filter(({ scope }) => !granted.includes(scope) && !granted.includes(scope.replace(/^read_/, 'write_')));
}
