/** What names a lane: an order at a destination of a store. */
import type { SQL } from 'drizzle-orm';
import { and, eq } from './drizzle.ts';
import { p } from './placeholders.ts';
import type { events, lanes } from './schema.ts';

export interface LaneKey {
  store: string;
  orderId: string;
  destination: string;
}

/** The condition that picks the row of a lane, or its events: parameters named as in `LaneKey`. */
export function ofLane(table: typeof lanes | typeof events): SQL | undefined {
  return and(eq(table.store, p('store')), eq(table.orderId, p('orderId')), eq(table.destination, p('destination')));
}
