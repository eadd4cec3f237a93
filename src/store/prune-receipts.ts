/** Retention of webhook receipts, which have no index on their age: every webhook would pay for it, and only this asks. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { tallyRows } from './tally.ts';

const PORTION = 500;

/**
 * Row ids grow with time, so the old ones come first: portion by portion until one holds none. Receipts written while the clock was ahead are kept for as long,
 * and a portion of nothing but them keeps those behind it, too. Resolves to the number removed.
 */
export function pruneReceipts(connection: Connection): (before: number) => Promise<number> {
  const { client, transaction } = connection;
  const { receipts } = tallyRows(connection);
  const next = client.prepare<[number], { id: number }>(
    `select rowid as id from webhook_receipts where rowid > ? order by rowid limit ${PORTION}`,
  );
  const remove = client.prepare<[number, number, number], { store: string }>(
    'delete from webhook_receipts where rowid > ? and rowid <= ? and received_at < ? returning store',
  );
  const portion = operation((after: number, before: number) =>
    transaction(() => {
      const last = next.all(after).at(-1)?.id;
      if (last === undefined) return null;
      const removed = remove.all(after, last, before);
      for (const store of new Set(removed.map((row) => row.store))) receipts(store, -removed.filter((row) => row.store === store).length);
      return { last, removed: removed.length };
    }),
  );

  return async (before) => {
    let removed = 0;
    for (let done = await portion(0, before); done !== null && done.removed > 0; done = await portion(done.last, before)) {
      removed += done.removed;
      await nextTurn();
    }
    return removed;
  };
}
