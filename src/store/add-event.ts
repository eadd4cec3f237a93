/** Puts one event on the outbox by itself, without an order that was read. */
import { appendEvent } from './append-event.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import type { Store } from './types.ts';

export function addEvent(connection: Connection): Store['addEvent'] {
  const append = appendEvent(connection);
  return operation((event) => connection.transaction(() => append({ ...event, lane: 'live' })));
}
