/** Reading many things by id so that one that cannot be read does not take the others with it. */
import { ConnectorError } from '../core/errors.ts';
import type { Fault } from './answer.ts';
import { idOf } from './to-order.ts';

export interface Batch<Value> {
  found: Map<string, Value>;
  failed: Map<string, ConnectorError>;
}

/** Reads these ids in one query; `attempts` as in Query. An id in neither map was not returned. Throws when the query as a whole came to nothing. */
export type ReadBatch<Value> = (ids: string[], attempts?: number) => Promise<Batch<Value>>;

/** Failures that one object may cause, or a page that is too large: halves of it may still be read. */
const HALVED = new Set(['SHOPIFY_MAX_COST', 'SHOPIFY_QUERY_FAILED', 'SHOPIFY_TIMEOUT', 'SHOPIFY_UNAVAILABLE']);
/** So many single ids failing, and nothing ever answered, mean that Shopify is down. */
const DOWN_AFTER = 3;

/**
 * Reads `ids` in batches of `size`, halving a batch that fails until the id at fault is alone. Halves are tried once.
 * Throws when Shopify cannot be reached or refuses everything; when it does so half-way, what was read is kept and the rest is in `failed`.
 */
export async function readInBatches<Value>(ids: string[], size: number, read: ReadBatch<Value>): Promise<Batch<Value>> {
  const found = new Map<string, Value>();
  const failed = new Map<string, ConnectorError>();
  let answered = false;

  async function readPart(part: string[], attempts?: number): Promise<void> {
    try {
      const batch = await read(part, attempts);
      answered = true;
      for (const [id, value] of batch.found) found.set(id, value);
      for (const [id, error] of batch.failed) failed.set(id, error);
    } catch (error) {
      if (!(error instanceof ConnectorError && HALVED.has(error.code))) throw error;
      // A query that failed was at least looked at.
      if (error.code === 'SHOPIFY_QUERY_FAILED') answered = true;
      const [id] = part;
      if (part.length > 1) await readHalves(part);
      else if (id !== undefined) failed.set(id, error);
      if (!answered && (failed.size >= DOWN_AFTER || part.length === ids.length)) throw error;
    }
  }

  async function readHalves(part: string[]): Promise<void> {
    const middle = Math.ceil(part.length / 2);
    await readPart(part.slice(0, middle), 1);
    await readPart(part.slice(middle), 1);
  }

  for (let at = 0; at < ids.length; at += size) {
    try {
      await readPart(ids.slice(at, at + size));
    } catch (error) {
      if (!answered || !(error instanceof ConnectorError)) throw error;
      for (const id of ids.slice(at)) if (!found.has(id)) failed.set(id, error);
      break;
    }
  }
  return { found, failed };
}

/**
 * What came back, by numeric id: objects a fault hit are failed. `hit` tells from a fault's path which id that is; undefined, and the fault is thrown,
 * because any of them may be incomplete.
 */
export function sortOut<Value extends { id: string }>(
  nodes: Value[],
  faults: Fault[],
  hit: (path: Fault['path']) => string | undefined,
): Batch<Value> {
  const failed = new Map<string, ConnectorError>();
  for (const { path, error } of faults) {
    const id = hit(path);
    if (id === undefined) throw error;
    failed.set(id, error);
  }
  const found = new Map(nodes.map((node) => [idOf(node.id), node]));
  for (const id of failed.keys()) found.delete(id);
  return { found, failed };
}

/** The position a path into a list names: `['nodes', 3, 'customer']` is 3 of `['nodes']`. */
export function positionIn(list: string[], path: Fault['path']): number | undefined {
  const position = list.every((step, index) => path[index] === step) ? path[list.length] : undefined;
  return typeof position === 'number' ? position : undefined;
}
