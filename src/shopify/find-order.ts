/** Which order somebody means who types an id, a gid or a name. */
import type { Query } from './client.ts';
import { OrdersByName } from './generated.ts';
import { numericId } from './lossless.ts';
import { whole } from './pages.ts';
import { idOf } from './to-order.ts';

/** Shortest id Shopify's documentation shows; order numbers are shorter. */
const ID_DIGITS = 9;
const PAGE = 50;

/** See Shopify.findOrder. */
export async function findOrder(query: Query, idOrName: string): Promise<string | null> {
  const wanted = idOrName.trim();
  const id = numericId(wanted);
  if (id !== null && (wanted.startsWith('gid://shopify/Order/') || (wanted === id && id.length >= ID_DIGITS))) return id;
  if (wanted === '' || wanted.startsWith('gid:')) return null;

  const quoted = wanted.replace(/[\\']/g, (character) => `\\${character}`);
  const { orders } = whole(await query(OrdersByName, { query: `name:'${quoted}'`, first: PAGE }));
  const exact = orders.nodes.filter(({ name }) => sameName(name, wanted));
  // Names are not unique for ever: a shop may start counting again. The newest is meant.
  const newest = exact.at(-1);
  return newest ? idOf(newest.id) : null;
}

function sameName(name: string, wanted: string): boolean {
  const plain = (text: string) => text.replace(/^#/, '').toLowerCase();
  return plain(name) === plain(wanted);
}
