/** Bulk operations over orders: started, looked at, found again, cancelled. */
import { ConnectorError } from '../core/errors.ts';
import type { Query } from './client.ts';
import { createdIn } from './created.ts';
import { BulkCancel, BulkList, BulkLook, BulkOrders, BulkRun, type BulkFieldsFragment } from './generated.ts';
import { whole } from './pages.ts';
import type { BulkOperation, BulkStart, CreationSpan } from './types.ts';

/** Enough to find what this program started before it was killed: five run at once. */
const LISTED = 25;

/** A bulk query takes no variables: the filter stands in its text. The same span gives the same text, which is how an operation is known again. */
function bulkQuery(span: CreationSpan): string {
  return BulkOrders.replace('($query: String!)', '').replace('$query', () => JSON.stringify(createdIn(span)));
}

/** See ShopifyHistory.run. Throws SHOPIFY_BULK_REFUSED for what Shopify will never run. */
export async function runBulk(query: Query, span: CreationSpan): Promise<BulkStart> {
  const { bulkOperationRunQuery: answer } = whole(await query(BulkRun, { query: bulkQuery(span) }));
  if (answer?.bulkOperation) return { operation: toOperation(answer.bulkOperation) };
  const errors = answer?.userErrors ?? [];
  if (errors.some(({ code }) => code === 'OPERATION_IN_PROGRESS' || code === 'LIMIT_REACHED')) return { operation: null };
  const words = errors.map(({ message }) => message).join('; ');
  throw new ConnectorError('SHOPIFY_BULK_REFUSED', `Shopify refuses a bulk operation ("${words.slice(0, 200)}"); please report this.`);
}

/** Null: Shopify does not know it any more. */
export async function lookAtBulk(query: Query, id: string): Promise<BulkOperation | null> {
  const { bulkOperation } = whole(await query(BulkLook, { id }));
  return bulkOperation ? toOperation(bulkOperation) : null;
}

/** The newest operation of this app with exactly this query that was not cancelled; null: none. */
export async function findBulk(query: Query, span: CreationSpan): Promise<BulkOperation | null> {
  const wanted = bulkQuery(span).trim();
  const { bulkOperations } = whole(await query(BulkList, { first: LISTED, query: 'operation_type:query' }));
  const own = bulkOperations.nodes.find((node) => node.query.trim() === wanted && !['CANCELED', 'CANCELING'].includes(node.status));
  return own ? toOperation(own) : null;
}

/** One that has ended already is left as it is. */
export async function cancelBulk(query: Query, id: string): Promise<void> {
  whole(await query(BulkCancel, { id }));
}

function toOperation({ id, status, errorCode, objectCount, rootObjectCount, fileSize, url, createdAt }: BulkFieldsFragment): BulkOperation {
  return {
    id,
    status,
    errorCode,
    objects: Number(objectCount),
    roots: Number(rootObjectCount),
    bytes: fileSize === null ? null : Number(fileSize),
    url,
    createdAt: Date.parse(createdAt),
  };
}
