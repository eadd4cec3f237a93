/** The roots of the Admin API for bulk operations. */
import type { BulkPlan } from './bulk-query.ts';
import type { Bulk, BulkOperation } from './bulk.ts';
import { gid } from './ids.ts';
import type { OrderSource } from './order-source.ts';
import { pageOf, type PageArguments } from './paging.ts';
import { holds, parseSearch, type Search } from './search-syntax.ts';
import { ordered } from './search.ts';
import { requireScope, type ViewContext } from './views.ts';

interface ListArguments extends PageArguments {
  query?: string | null;
  sortKey: 'COMPLETED_AT' | 'CREATED_AT';
}

function matches(operation: BulkOperation, { field, comparison, value }: Search & { kind: 'term' }): boolean {
  switch (field) {
    case 'status':
      return operation.status === value.toUpperCase();
    case 'operation_type':
      return value.toLowerCase() === 'query';
    case 'id':
      return /^\d+$/.test(value) && ordered(comparison, Number(BigInt(operation.id) - BigInt(value)));
    case 'created_at':
      return ordered(comparison, Math.floor(operation.createdAt / 1000) - Math.floor(Date.parse(value) / 1000));
    default:
      return true;
  }
}

/** `find` answers for one operation by its global id. */
export function bulkRoots(bulk: Bulk, find: (id: string, field: string) => object | null): object {
  const payload = ({ operation, userErrors }: ReturnType<Bulk['run']>): object => ({
    bulkOperation: operation && bulk.view(operation),
    userErrors,
  });

  return {
    bulkOperation: ({ id }: { id: string }) => find(id, 'bulkOperation'),
    bulkOperations: ({ query, sortKey, ...args }: ListArguments) => {
      const search = parseSearch(query);
      const found = bulk.side.operations().filter((operation) => holds(search, (term) => matches(operation, term)));
      const time = (operation: BulkOperation): number => (sortKey === 'COMPLETED_AT' ? (operation.completedAt ?? 0) : operation.createdAt);
      // Shopify documents: newest first.
      const sorted = found.toReversed().sort((a, b) => time(b) - time(a));
      return pageOf(
        sorted.map((operation) => bulk.view(operation)),
        args,
      );
    },
    bulkOperationRunQuery: ({ query, groupObjects }: { query: string; groupObjects: boolean }) => payload(bulk.run(query, groupObjects)),
    bulkOperationCancel: ({ id }: { id: string }) => payload(bulk.cancel(id)),
  };
}

/** Body of `bulk_operations/finish`: no address in it; `time` writes the shop's time. */
export function finishBody({ id, completedAt, createdAt, errorCode, status }: BulkOperation, time: (ms: number) => string): object {
  return {
    admin_graphql_api_id: gid('BulkOperation', id),
    completed_at: completedAt === null ? null : time(completedAt),
    created_at: time(createdAt),
    error_code: errorCode?.toLowerCase() ?? null,
    status: status.toLowerCase(),
    type: 'query',
  };
}

/** The orders of a bulk query, one at a time. Throws a GraphQL error where access is denied. */
export function* bulkViews(views: ViewContext, orders: OrderSource, plan: BulkPlan): Generator<object> {
  requireScope(views.store, 'read_orders', 'orders');
  for (const order of orders.walk(plan)) yield views.viewOrder(order);
}
