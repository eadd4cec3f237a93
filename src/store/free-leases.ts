/** Gives back what a dead process had in hand, and finds out what kills it. */
import { and, asc, eq, gte, isNotNull, isNull, sql } from './drizzle.ts';
import { moveOn } from './move-on.ts';
import type { Connection } from './open.ts';
import { is } from './placeholders.ts';
import { dueOrders, events, lanes } from './schema.ts';
import { ABOVE_SUSPICION, NEVER } from './set-aside.ts';
import type { Poison } from './types.ts';

/** So many deaths in a row with a row in hand among others make it a suspect: from then on it is tried alone only (suspects.ts). */
const CROWD = 3;
/** So many deaths with nothing else in hand convict it. */
const ALONE = 2;

const REASON = `poison: the process died ${ALONE} times while nothing else was in hand`;

/**
 * Ends every lease: for the one who holds the daemon's lock, because whoever leased is gone then. Held orders stay held.
 * What was written or delivered meanwhile is not undone by it; what was posted and not recorded is posted again, under the same id.
 * `died`: the process did not end by itself; then what it had in hand is suspected, and set aside as a dead letter once nothing else can have been it.
 */
export function freeLeases(connection: Connection): (now: number, died: boolean) => Poison[] {
  const { orm, transaction } = connection;
  const goOn = moveOn(connection);
  const leased = (table: typeof dueOrders | typeof lanes) => isNotNull(table.leaseToken);
  const countOf = (table: typeof dueOrders | typeof lanes) =>
    orm
      .select({ number: sql<number>`count(*)` })
      .from(table)
      .where(leased(table))
      .get()?.number ?? 0;

  function suspect(): void {
    const alone = countOf(dueOrders) + countOf(lanes) === 1;
    const marks = {
      crashes: sql`crashes + 1`,
      suspect: alone ? sql`coalesce(suspect, 0) + 1` : sql`case when crashes + 1 >= ${CROWD} then coalesce(suspect, 0) else suspect end`,
    };
    orm.update(dueOrders).set(marks).where(leased(dueOrders)).run();
    orm.update(lanes).set(marks).where(leased(lanes)).run();
  }

  function convictOrders(now: number): Poison[] {
    return orm
      .update(dueOrders)
      .set({ leaseToken: null, dueAt: NEVER, setAsideAt: now, lastError: REASON, ...ABOVE_SUSPICION })
      .where(and(gte(dueOrders.suspect, ALONE), isNull(dueOrders.setAsideAt)))
      .returning({ store: dueOrders.store, orderId: dueOrders.orderId })
      .all()
      .map((row) => ({ ...row, destination: null, eventId: null }));
  }

  function convictEvents(now: number): Poison[] {
    return orm
      .select({ store: lanes.store, orderId: lanes.orderId, destination: lanes.destination })
      .from(lanes)
      .where(gte(lanes.suspect, ALONE))
      .all()
      .flatMap((lane) => {
        const head = orm
          .select({ id: events.id, eventId: events.eventId })
          .from(events)
          .where(
            and(
              eq(events.store, lane.store),
              eq(events.orderId, lane.orderId),
              eq(events.destination, lane.destination),
              is(events.state, 'pending'),
            ),
          )
          .orderBy(asc(events.sequence))
          .limit(1)
          .get();
        if (head)
          orm
            .update(events)
            .set({ state: 'dead', settledAt: now, nextAttemptAt: null, outcome: REASON })
            .where(eq(events.id, head.id))
            .run();
        goOn(lane, now);
        return head ? [{ ...lane, eventId: head.eventId }] : [];
      });
  }

  return (now, died) =>
    transaction(() => {
      if (died) suspect();
      const poison = died ? [...convictOrders(now), ...convictEvents(now)] : [];
      orm
        .update(dueOrders)
        .set({ leaseToken: null, dueAt: sql`max(${now}, coalesce(held_until, 0))` })
        .where(leased(dueOrders))
        .run();
      orm.update(lanes).set({ leaseToken: null, nextAt: now }).where(leased(lanes)).run();
      return poison;
    });
}
