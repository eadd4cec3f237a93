/** Retention: removes what is no longer needed, in portions, so that the receiver gets its turn in between. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { and, eq, inArray, isNotNull, lt, notInArray } from './drizzle.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { limitOf, p } from './placeholders.ts';
import { pruneReceipts } from './prune-receipts.ts';
import { attempts, events } from './schema.ts';
import type { Store } from './types.ts';

const PORTION = 500;

/** Event rows and their ids stay: they are what makes a repeat recognisable. A dead letter keeps its body and attempts, it may be replayed. */
export function prune(connection: Connection): Store['prune'] {
  const { orm } = connection;
  const oldBodies = orm
    .select({ id: events.id })
    .from(events)
    .where(and(isNotNull(events.body), lt(events.settledAt, p('before')), inArray(events.state, ['delivered', 'discarded'])))
    .limit(limitOf(PORTION));
  const oldAttempts = orm
    .select({ id: attempts.id })
    .from(attempts)
    .innerJoin(events, eq(events.id, attempts.event))
    .where(and(lt(attempts.at, p('before')), notInArray(events.state, ['pending', 'dead'])))
    .limit(limitOf(PORTION));
  const portions = [
    orm.update(events).set({ body: null }).where(inArray(events.id, oldBodies)).prepare(),
    orm.delete(attempts).where(inArray(attempts.id, oldAttempts)).prepare(),
  ].map((statement) => operation((before: number) => statement.run({ before }).changes));

  const oldReceipts = pruneReceipts(connection);

  return async (before) => {
    let touched = await oldReceipts(before);
    for (const portion of portions) {
      for (let changes = PORTION; changes === PORTION; await nextTurn()) {
        changes = await portion(before);
        touched += changes;
      }
    }
    return touched;
  };
}
