/** Puts dead letters back, or discards them. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { deadLetters } from './dead-letters.ts';
import { and, eq, isNotNull, sql } from './drizzle.ts';
import { operation } from './errors.ts';
import { moveOn } from './move-on.ts';
import type { Connection } from './open.ts';
import { is, p } from './placeholders.ts';
import { dueOrders, events } from './schema.ts';
import { ABOVE_SUSPICION } from './set-aside.ts';
import type { DeadLetter, DeadLetterResult, DeadLetterSelection, Store } from './types.ts';

/** A commit each, so that webhooks are taken in between. */
const PORTION = 200;

type Act = (letter: DeadLetter) => DeadLetterResult['outcome'];

export function endDeadLetters(connection: Connection): Pick<Store, 'replayDeadLetters' | 'discardDeadLetters'> {
  const { orm, transaction } = connection;
  const letters = deadLetters(connection);
  const goOn = moveOn(connection);
  const ofEvent = and(eq(events.id, p('id')), is(events.state, 'dead'));
  const ofOrder = and(eq(dueOrders.store, p('store')), eq(dueOrders.orderId, p('orderId')), isNotNull(dueOrders.setAsideAt));
  // As young as when it was written: age and backoff begin again. The log keeps the attempts before.
  const revive = orm
    .update(events)
    .set({ state: 'pending', attempts: 0, firstAttemptAt: null, nextAttemptAt: null, settledAt: null, downMsBefore: null })
    .where(ofEvent)
    .prepare();
  const drop = orm
    .update(events)
    .set({ state: 'discarded', settledAt: p('now'), outcome: p('outcome') })
    .where(ofEvent)
    .prepare();
  const readAgain = orm
    .update(dueOrders)
    .set({
      dueAt: p('now'),
      firstDueAt: p('now'),
      reason: 'replayed',
      version: sql`version + 1`,
      attempts: 0,
      lastError: null,
      failingSince: null,
      setAsideAt: null,
      discarded: null,
      ...ABOVE_SUSPICION,
    })
    .where(ofOrder)
    .prepare();
  const forget = orm
    .update(dueOrders)
    .set({ discarded: p('reason') })
    .where(ofOrder)
    .prepare();

  function replay(letter: DeadLetter, now: number): DeadLetterResult['outcome'] {
    const { store, orderId, destination } = letter;
    if (destination === null) {
      readAgain.run({ store, orderId, now });
      return 'done';
    }
    if (letter.state === 'discarded') return 'discarded';
    revive.run({ id: letter.id });
    goOn({ store, orderId, destination }, now);
    return 'done';
  }

  function discard(letter: DeadLetter, reason: string, now: number): DeadLetterResult['outcome'] {
    const { store, orderId, destination } = letter;
    if (letter.state === 'discarded') return 'discarded';
    if (destination === null) {
      forget.run({ store, orderId, reason });
      return 'done';
    }
    drop.run({ id: letter.id, now, outcome: `discarded: ${reason}; before: ${letter.reason || 'unknown'}` });
    goOn({ store, orderId, destination }, now);
    return 'done';
  }

  function byId(id: string, store: string | undefined, act: Act): DeadLetterResult[] {
    const found = letters.find(id, store);
    if (found.length === 0) return [{ id, outcome: letters.hasEvent(id) ? 'not_dead' : 'not_found', letter: null }];
    // An event id may also stand for one that was discarded at another destination.
    const dead = found.filter(({ state }) => state === 'dead');
    return (dead.length > 0 ? dead : found).map((letter) => ({ id, outcome: act(letter), letter }));
  }

  const inOneCommit = operation((work: () => DeadLetterResult[]) => transaction(work));

  async function each(selection: DeadLetterSelection, now: number, act: Act): Promise<DeadLetterResult[]> {
    const results: DeadLetterResult[] = [];
    if ('ids' in selection) {
      const ids = [...new Set(selection.ids)];
      for (let start = 0; start < ids.length; start += PORTION) {
        const portion = ids.slice(start, start + PORTION);
        results.push(...(await inOneCommit(() => portion.flatMap((id) => byId(id, selection.store, act)))));
      }
      return results;
    }
    for (;;) {
      // What dies again meanwhile was set aside later.
      const more = await inOneCommit(() =>
        letters
          .list({ ...selection.filter, state: 'dead', until: now, limit: PORTION })
          .map((letter) => ({ id: letter.id, outcome: act(letter), letter })),
      );
      results.push(...more);
      if (more.length < PORTION) return results;
      await nextTurn();
    }
  }

  return {
    replayDeadLetters: (selection, now) => each(selection, now, (letter) => replay(letter, now)),
    discardDeadLetters: (selection, reason, now) => each(selection, now, (letter) => discard(letter, reason, now)),
  };
}
