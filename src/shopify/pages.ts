/** Reading a connection to its end. */
import { ConnectorError } from '../core/errors.ts';
import type { Result } from './client.ts';

export interface Page<Node> {
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: Node[];
}

/** The nodes of `first` and of every page behind it. `next` resolves to null when what the connection belongs to is gone: then this throws. */
export async function allNodes<Node>(first: Page<Node>, next: (after: string) => Promise<Page<Node> | null | undefined>): Promise<Node[]> {
  const nodes = [...first.nodes];
  for (let page = first, after = nextCursor(page, null); after !== null; after = nextCursor(page, after)) {
    page = present(await next(after));
    nodes.push(...page.nodes);
  }
  return nodes;
}

/** The cursor to go on from; null at the end. Throws when Shopify names the same page again: a loop would never end. */
export function nextCursor(page: Page<unknown>, after: string | null): string | null {
  const { hasNextPage, endCursor } = page.pageInfo;
  if (!hasNextPage) return null;
  if (endCursor === null || endCursor === after) {
    throw new ConnectorError(
      'SHOPIFY_PAGING',
      'Shopify announces a next page but not where it begins; the read is tried again by itself.',
      { retryable: true },
    );
  }
  return endCursor;
}

/** Throws for what vanished between two reads. */
export function present<Value>(value: Value | null | undefined): Value {
  if (value !== null && value !== undefined) return value;
  throw new ConnectorError('SHOPIFY_GONE', 'What was being read is gone from Shopify; it is read again by itself.', { retryable: true });
}

/** The data of an answer that must have nothing missing. */
export function whole<Data>({ data, faults }: Result<Data>): Data {
  const fault = faults[0];
  if (fault) throw fault.error;
  return data;
}
