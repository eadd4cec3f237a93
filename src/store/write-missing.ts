/** Orders Shopify did not return: read again later, or ended with a decision. */
import { dueRows } from './due-rows.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import type { OrderMissing, Store } from './types.ts';
import { ledger } from './write-ledger.ts';

export function writeMissing(connection: Connection): Store['writeMissing'] {
  const due = dueRows(connection);
  const { end } = ledger(connection);

  function write(missing: OrderMissing, now: number): void {
    const { claim, decision, againAt, reason } = missing;
    const leased = due.leased(claim);
    if (!leased) return;
    if (decision !== null) end({ ...missing, decision });
    if (decision !== null && !leased.changed) return due.remove(claim);
    const heldUntil = leased.heldUntil;
    const dueAt = Math.max(leased.changed ? now : (againAt ?? now), heldUntil ?? 0);
    due.keep(claim, {
      dueAt,
      heldUntil,
      reason: leased.changed ? 'changed_during_read' : reason,
      missingSince: leased.missingSince ?? now,
    });
  }

  return operation((_store, missing, now) =>
    connection.transaction(() => {
      for (const order of missing) write(order, now);
    }),
  );
}
