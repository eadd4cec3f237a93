/** Looking at dead letters: events that could not be delivered and orders that could not be read or derived. */
import type { SQL } from 'drizzle-orm';
import { and, asc, desc, eq, gte, inArray, isNotNull, isNull, lte, sql } from './drizzle.ts';
import { operation } from './errors.ts';
import { eventStores } from './event-stores.ts';
import type { Connection } from './open.ts';
import { is } from './placeholders.ts';
import { attempts, dueOrders, events, orders } from './schema.ts';
import type { DeadLetter, DeadLetterFilter, Store } from './types.ts';

export type ListedFilter = DeadLetterFilter & {
  limit: number;
  /** Set aside at or before. */
  until?: number;
};

export interface DeadLetters {
  list(filter: ListedFilter): DeadLetter[];
  /** Those that an id means: by row or by event id, dead or discarded. */
  find(id: string, store: string | undefined): DeadLetter[];
  /** Whether there is an event of that id in any state. */
  hasEvent(id: string): boolean;
}

const GID = /^gid:\/\/shopify\/Order\/(\d+)$/;
const ORDER_ID = /^order:(.+)$/;

const behind = sql<number>`case when ${events.state} = 'dead' then (select count(*) from events later where later.store = ${events.store}
  and later.order_id = ${events.orderId} and later.destination = ${events.destination} and later.state = 'pending') else 0 end`;

export function deadLetters(connection: Connection): DeadLetters {
  const { orm } = connection;
  const storesWithEvents = eventStores(connection);

  function ofEvents(where: (SQL | undefined)[], limit: number): DeadLetter[] {
    return orm
      .select({ event: events, orderName: orders.name, blocked: behind })
      .from(events)
      .leftJoin(orders, and(eq(orders.store, events.store), eq(orders.orderId, events.orderId)))
      .where(and(...where))
      .orderBy(desc(events.settledAt), desc(events.id))
      .limit(limit)
      .all()
      .map(({ event, orderName, blocked }) => ({
        id: String(event.id),
        kind: 'event',
        state: event.state === 'dead' ? 'dead' : 'discarded',
        store: event.store,
        orderId: event.orderId,
        orderName,
        destination: event.destination,
        eventId: event.eventId,
        name: event.name,
        attempts: event.attempts,
        createdAt: event.createdAt,
        setAsideAt: event.settledAt ?? event.createdAt,
        reason: event.outcome ?? '',
        blocked,
      }));
  }

  function ofOrders(where: (SQL | undefined)[], limit: number): DeadLetter[] {
    return orm
      .select({ due: dueOrders, orderName: orders.name })
      .from(dueOrders)
      .leftJoin(orders, and(eq(orders.store, dueOrders.store), eq(orders.orderId, dueOrders.orderId)))
      .where(and(isNotNull(dueOrders.setAsideAt), ...where))
      .orderBy(desc(dueOrders.setAsideAt), desc(dueOrders.orderId))
      .limit(limit)
      .all()
      .map(({ due, orderName }) => ({
        id: `order:${due.orderId}`,
        kind: 'order',
        state: due.discarded === null ? 'dead' : 'discarded',
        store: due.store,
        orderId: due.orderId,
        orderName,
        destination: null,
        eventId: null,
        name: null,
        attempts: due.attempts,
        createdAt: due.firstDueAt,
        setAsideAt: due.setAsideAt ?? due.firstDueAt,
        reason: due.discarded === null ? (due.lastError ?? '') : `discarded: ${due.discarded}; before: ${due.lastError ?? 'unknown'}`,
        blocked: 0,
      }));
  }

  /** Digits are an id where an order has it, else a name; null: no order is asked for. */
  function orderIds(store: string, order: string | undefined): string[] | null {
    if (order === undefined) return null;
    const text = order.trim();
    const gid = GID.exec(text)?.[1];
    if (gid !== undefined) return [gid];
    const bare = text.replace(/^#/, '');
    const named = orm
      .select({ id: orders.orderId })
      .from(orders)
      .where(and(eq(orders.store, store), inArray(orders.name, [bare, `#${bare}`])))
      .all()
      .map(({ id }) => id);
    const anyOf = (id: string) =>
      orm
        .select({ one: sql`1` })
        .from(orders)
        .where(and(eq(orders.store, store), eq(orders.orderId, id)))
        .get();
    return named.length > 0 && !anyOf(text) ? named : [text];
  }

  function listEvents(store: string, filter: ListedFilter, ids: string[] | null): DeadLetter[] {
    const { state = 'dead', name, destination, since, until, limit } = filter;
    // The plus keeps SQLite from walking through a whole state for the few events of an order.
    const ofState = ids === null ? eq(events.state, state) : and(inArray(events.orderId, ids), eq(sql`+${events.state}`, state));
    return ofEvents(
      [
        eq(events.store, store),
        ofState,
        name === undefined ? undefined : eq(events.name, name),
        destination === undefined ? undefined : eq(events.destination, destination),
        since === undefined ? undefined : gte(events.settledAt, since),
        until === undefined ? undefined : lte(events.settledAt, until),
      ],
      limit,
    );
  }

  function listOrders(store: string, filter: ListedFilter, ids: string[] | null): DeadLetter[] {
    const { state = 'dead', name, destination, since, until, limit } = filter;
    if (name !== undefined || destination !== undefined) return [];
    return ofOrders(
      [
        eq(dueOrders.store, store),
        state === 'dead' ? isNull(dueOrders.discarded) : isNotNull(dueOrders.discarded),
        ids === null ? undefined : inArray(dueOrders.orderId, ids),
        since === undefined ? undefined : gte(dueOrders.setAsideAt, since),
        until === undefined ? undefined : lte(dueOrders.setAsideAt, until),
      ],
      limit,
    );
  }

  function stores(): string[] {
    const withOrders = orm.selectDistinct({ store: dueOrders.store }).from(dueOrders).where(isNotNull(dueOrders.setAsideAt)).all();
    return [...new Set([...storesWithEvents(), ...withOrders.map(({ store }) => store)])];
  }

  return {
    list: (filter) => {
      const found = (filter.store === undefined ? stores() : [filter.store]).flatMap((store) => {
        const ids = orderIds(store, filter.order);
        return [
          ...(filter.kind === 'order' ? [] : listEvents(store, filter, ids)),
          ...(filter.kind === 'event' ? [] : listOrders(store, filter, ids)),
        ];
      });
      return found.sort((a, b) => b.setAsideAt - a.setAsideAt).slice(0, filter.limit);
    },
    find: (id, store) => {
      const order = ORDER_ID.exec(id)?.[1];
      const ofStore = (column: typeof events.store | typeof dueOrders.store) => (store === undefined ? undefined : eq(column, store));
      if (order !== undefined) {
        const found = ofOrders([eq(dueOrders.orderId, order), ofStore(dueOrders.store)], 100);
        if (found.length > 0) return found;
      }
      const isDead = inArray(sql`+${events.state}`, ['dead', 'discarded']);
      const byRow = /^\d{1,15}$/.test(id) ? ofEvents([eq(events.id, Number(id)), isDead, ofStore(events.store)], 1) : [];
      return byRow.length > 0 ? byRow : ofEvents([eq(events.eventId, id), isDead, ofStore(events.store)], 100);
    },
    hasEvent: (id) => {
      const row = (where: SQL) => orm.select({ id: events.id }).from(events).where(where).limit(1).get() !== undefined;
      return (/^\d{1,15}$/.test(id) && row(eq(events.id, Number(id)))) || row(eq(events.eventId, id));
    },
  };
}

export function lookAtDeadLetters(connection: Connection): Pick<Store, 'listDeadLetters' | 'getDeadLetter'> {
  const { orm } = connection;
  const letters = deadLetters(connection);

  function detailsOf(letter: DeadLetter) {
    const row = letter.kind === 'event' ? Number(letter.id) : null;
    const { at, latencyMs, status, answer } = attempts;
    const trail = orm
      .select({ trail: orders.trail })
      .from(orders)
      .where(and(eq(orders.store, letter.store), eq(orders.orderId, letter.orderId)))
      .get();
    const waiting = orm
      .select({ id: events.id, eventId: events.eventId, name: events.name })
      .from(events)
      .where(
        and(
          eq(events.store, letter.store),
          eq(events.orderId, letter.orderId),
          eq(events.destination, letter.destination ?? ''),
          is(events.state, 'pending'),
        ),
      )
      .orderBy(asc(events.sequence));
    return {
      letter,
      body: row === null ? null : (orm.select({ body: events.body }).from(events).where(eq(events.id, row)).get()?.body ?? null),
      attempts:
        row === null
          ? []
          : orm.select({ at, latencyMs, status, answer }).from(attempts).where(eq(attempts.event, row)).orderBy(asc(attempts.id)).all(),
      trail: trail?.trail ?? [],
      behind: letter.kind === 'event' && letter.state === 'dead' ? waiting.all() : [],
    };
  }

  return {
    listDeadLetters: operation((filter) => letters.list(filter)),
    getDeadLetter: operation((id) => {
      const [letter] = letters.find(id, undefined);
      return letter ? detailsOf(letter) : null;
    }),
  };
}
