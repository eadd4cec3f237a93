/** What the sandbox store sells, and the apps that bring its orders. */

export interface Variant {
  productId: string;
  variantId: string;
  title: string;
  /** A product without options shows as null or as "Default Title", depending on its age. */
  variantTitle: string | null;
  sku: string | null;
  vendor: string;
  price: string;
  handle: string;
  image: boolean;
  giftCard: boolean;
}

type Option = readonly [title: string | null, sku: string | null, price: string];

function product(number: number, title: string, vendor: string, options: readonly Option[], extra: Partial<Variant> = {}): Variant[] {
  const handle = title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return options.map(([variantTitle, sku, price], index) => ({
    productId: String(7_000_000_000_000 + number * 1_000),
    variantId: String(41_000_000_000_000 + number * 1_000 + index),
    title,
    variantTitle,
    sku,
    vendor,
    price,
    handle,
    image: true,
    giftCard: false,
    ...extra,
  }));
}

export const CATALOG: readonly Variant[] = [
  ...product(1, 'Wool Runner', 'Northfield', [
    ['41 / Grey', 'WR-41-GR', '98.00'],
    ['42 / Grey', 'WR-42-GR', '98.00'],
    ['42 / Navy', 'WR-42-NV', '104.50'],
  ]),
  ...product(2, 'Merino Sock', 'Northfield', [
    ['S', 'MS-S', '14.95'],
    ['M', 'MS-M', '14.95'],
  ]),
  ...product(3, 'Crème de Nuit', 'Atelier Ô', [
    ['50 ml', 'CN-50', '39.90'],
    ['100 ml', 'CN-100', '64.90'],
  ]),
  ...product(4, 'Espresso “Nº 5” Beans', 'Rösterei Süd', [
    ['250 g', 'EB-250', '9.33'],
    ['1 kg', 'EB-1000', '31.10'],
  ]),
  ...product(5, 'Travel Mug', 'Rösterei Süd', [['Default Title', 'TM-1', '24.00']]),
  ...product(6, 'Linen Tote', 'Northfield', [[null, null, '19.99']], { image: false }),
  ...product(
    7,
    'Gift Card',
    'Sandbox Store',
    [
      ['25', null, '25.00'],
      ['50', null, '50.00'],
    ],
    { giftCard: true },
  ),
];

/** Sources of orders as real stores show them: an order carries the name of the source and the app behind it. */
const APPS: Record<string, readonly [id: string, name: string]> = {
  web: ['580111', 'Online Store'],
  pos: ['129785', 'Point of Sale'],
  shopify_draft_order: ['1354745', 'Draft Orders'],
  '3890849': ['3890849', 'Shop'],
  '2329312': ['2329312', 'Facebook & Instagram'],
  subscription_contract_checkout_one: ['294517', 'Recharge Subscriptions'],
};

/** The app of a source; a number nobody knows is the id of an app of that number. */
export function appOf(sourceName: string | null): { id: string; name: string } | null {
  if (sourceName === null) return null;
  const known = APPS[sourceName];
  if (known) return { id: known[0], name: known[1] };
  return /^\d+$/.test(sourceName) ? { id: sourceName, name: `App ${sourceName}` } : null;
}
