/** Puts events on the outbox that no read of an order brought. */
import { withBody } from '../core/event.ts';
import { appendEvent } from './append-event.ts';
import { and, eq } from './drizzle.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { p } from './placeholders.ts';
import { events } from './schema.ts';
import type { Store } from './types.ts';

export function addEvents(connection: Connection): Store['addEvents'] {
  const append = appendEvent(connection);
  const holder = connection.orm
    .select({ body: events.body, state: events.state })
    .from(events)
    .where(and(eq(events.eventId, p('eventId')), eq(events.store, p('store')), eq(events.destination, p('destination'))))
    .prepare();

  return operation(({ store, destination, events: added, now }) =>
    connection.transaction(() =>
      added.map(({ event, orderId }) => {
        if (append({ store, destination, orderId, event: withBody(event), lane: 'live', now })) return null;
        return holder.get({ eventId: event.event_id, store, destination }) ?? null;
      }),
    ),
  );
}
