/** Repairs waits that a clock which was wrong, and has been set back, left far in the future. */
import type { Connection } from './open.ts';

/** The longest wait between two tries, of an order and of an event alike. */
const LONGEST_RETRY_MS = 900_000;
/** Nothing waits for years because of a clock: such a time means that the row is not in the queue. */
const OUT_OF_REACH_MS = 10 * 365 * 86_400_000;

const LANES = `
  update lanes set next_at = @near where lease_token is null and next_at > @near`.trim();

/** Holds, and the looks at a pending refund, are counted from Shopify's times and stay. */
const DUE_ORDERS = `
  update due_orders set due_at = max(@near, coalesce(held_until, 0))
  where lease_token is null and due_at > max(@near, coalesce(held_until, 0)) and due_at < @outOfReach
    and (reason <> 'pending_refund' or attempts > 0)`.trim();

/** What is leased is left to who leased it. Returns rows changed. A rare scan, so not prepared ahead. */
export function bringNear({ client, transaction }: Connection): (now: number) => number {
  return (now) => {
    const near = now + LONGEST_RETRY_MS;
    return transaction(
      () =>
        client.prepare(LANES).run({ near }).changes + client.prepare(DUE_ORDERS).run({ near, outOfReach: now + OUT_OF_REACH_MS }).changes,
    );
  };
}
