/** What kills the process is found by its deaths, and only that: simulated lives, and real processes that are killed for real. */
import Database from 'better-sqlite3';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { Store } from '../../src/store/types.ts';
import { child } from './children.ts';
import { claimDue, claimLanes, connected, event, MINUTE, open, place, rows, SHOP, signal, T0, write } from './fixture.ts';

/** The next process takes over. `died`: the one before did not end by itself. */
async function nextLife(store: Store & { path: string }, died = true) {
  await store.close();
  if (died) {
    const file = new Database(store.path);
    file.exec(`insert into daemon (id, pid, host, started_at) values (1, 1, 'here', ${T0})`);
    file.close();
  }
  const next = open(store.path);
  const { poison } = await next.lockDaemon(T0);
  return { store: next, poison };
}

async function begun(ids: string[]) {
  const store = await connected();
  await store.lockDaemon(T0);
  await store.acceptSignals(ids.map((orderId) => signal({ orderId })));
  return store;
}

const suspectOrder = (store: Store) => store.claimDueOrders(SHOP, { limit: 1, now: T0, leaseMs: MINUTE, suspects: true });
const suspectLane = (store: Store) =>
  store.claimLanes({ store: SHOP, destination: 'converge', limit: 1, now: T0, leaseMs: MINUTE, eventsPerLane: 1, suspects: true });
const marks = (store: { path: string }, table = 'due_orders') =>
  rows<{ order_id: string; crashes: number; suspect: number | null }>(
    store,
    `select order_id, crashes, suspect from ${table} order by 1`,
  ).map((row) => [row.order_id, row.crashes, row.suspect]);

test('an order that was alone in hand at two deaths is set aside; between them it is tried alone only', async () => {
  let life = { store: await begun(['1']), poison: [] as unknown[] };
  expect(await claimDue(life.store, T0)).toHaveLength(1);
  life = await nextLife(life.store);
  expect(life.poison).toEqual([]);
  expect(await life.store.countSuspects(SHOP)).toBe(1);
  expect(await claimDue(life.store, T0)).toEqual([]);
  expect(await suspectOrder(life.store)).toHaveLength(1);
  life = await nextLife(life.store);
  expect(life.poison).toEqual([{ store: SHOP, orderId: '1', destination: null, eventId: null }]);
  expect(await suspectOrder(life.store)).toEqual([]);
  expect(await life.store.listDeadLetters({ limit: 5 })).toMatchObject([{ id: 'order:1', reason: expect.stringContaining('poison') }]);
  await life.store.replayDeadLetters({ ids: ['order:1'] }, T0);
  expect(await claimDue(life.store, T0)).toHaveLength(1);
});

test('an event likewise: it is dead, what stands behind it is blocked and follows after a replay', async () => {
  const first = await connected();
  await first.lockDaemon(T0);
  await place(first, '1', ['1', 'refund-1']);
  expect(await claimLanes(first, T0)).toHaveLength(1);
  let life = await nextLife(first);
  expect(await claimLanes(life.store, T0)).toEqual([]);
  expect(await suspectLane(life.store)).toHaveLength(1);
  life = await nextLife(life.store);
  expect(life.poison).toEqual([{ store: SHOP, orderId: '1', destination: 'converge', eventId: '1' }]);
  expect(await life.store.getDeadLetter('1')).toMatchObject({ letter: { blocked: 1 }, attempts: [] });
  await life.store.replayDeadLetters({ ids: ['1'] }, T0);
  expect((await claimLanes(life.store, T0))[0]?.events.map(({ eventId }) => eventId)).toEqual(['1', 'refund-1']);
});

test('an end by itself never counts, nor does what was not in hand', async () => {
  let store = await begun(['1', '2']);
  for (let times = 0; times < 5; times += 1) {
    await claimDue(store, T0, 1);
    ({ store } = await nextLife(store, false));
  }
  expect(marks(store)).toEqual([
    ['1', 0, null],
    ['2', 0, null],
  ]);
  ({ store } = await nextLife(store));
  expect(marks(store)).toEqual([
    ['1', 0, null],
    ['2', 0, null],
  ]);
});

test('of a crowd nobody is suspected before the third death in a row, and whoever is finished, retried or put back is clear', async () => {
  let store = await begun(['1', '2', '3', '4']);
  for (let deaths = 0; deaths < 3; deaths += 1) {
    expect(await claimDue(store, T0)).toHaveLength(4);
    ({ store } = await nextLife(store));
  }
  expect(marks(store)).toEqual(['1', '2', '3', '4'].map((id) => [id, 3, 0]));
  expect(await claimDue(store, T0)).toEqual([]);
  const [one] = await suspectOrder(store);
  await store.writeOrders(SHOP, [write(one!, { events: [event('1')] })], T0);
  const [two] = await suspectOrder(store);
  await store.releaseDueOrders([two!], T0, 'SHOPIFY_DOWN');
  const [three] = await suspectOrder(store);
  await store.failDueOrder(three!, { againAt: T0, error: 'X', now: T0 });
  const [four] = await suspectOrder(store);
  await store.writeMissing(SHOP, [{ claim: four!, decision: null, againAt: T0, reason: 'x' }], T0);
  expect(marks(store)).toEqual(['2', '3', '4'].map((id) => [id, 0, null]));
  expect(await claimDue(store, T0)).toHaveLength(3);
});

test('in seventy lives, one poison among innocents and kills at random, it alone is set aside', async () => {
  let seed = 7;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const killer = '1';
  let store = await begun([killer]);
  let order = 1;
  const poison: unknown[] = [];
  let lives = 0;
  for (; lives < 70; lives += 1) {
    await store.acceptSignals(Array.from({ length: 4 }, () => signal({ orderId: String((order += 1)) })));
    // Reads batch after batch until it dies: by the killer, or at a moment of somebody else's choice.
    const batches = Math.floor(random() * 4);
    let alive = true;
    for (let batch = 0; alive && batch < batches; batch += 1) {
      const claims = await claimDue(store, T0, 1 + Math.floor(random() * 5));
      alive = !claims.some(({ orderId }) => orderId === killer) && random() > 0.2;
      if (alive)
        await store.writeOrders(
          SHOP,
          claims.map((claim) => write(claim)),
          T0,
        );
    }
    // One life in two is long enough for suspects.
    while (alive && lives % 2 === 0) {
      const [claim] = await suspectOrder(store);
      if (!claim) break;
      alive = claim.orderId !== killer && random() > 0.02;
      if (alive) await store.writeOrders(SHOP, [write(claim)], T0);
    }
    const next = await nextLife(store);
    store = next.store;
    poison.push(...next.poison);
  }
  expect(poison).toEqual([{ store: SHOP, orderId: killer, destination: null, eventId: null }]);
}, 60_000);

test('real processes that are killed by what they read: the poison is found among a batch, all others get through', async () => {
  const store = await connected();
  await store.acceptSignals(['1', '2', 'bad', '4', '5'].map((orderId) => signal({ orderId })));
  const root = new URL('../../src/', import.meta.url);
  const program = `
    const { createTurns } = await import(${JSON.stringify(new URL('platform/turns.ts', root).href)});
    const { createSuspects } = await import(${JSON.stringify(new URL('suspects.ts', root).href)});
    const began = Date.now();
    // A hundred times as fast, so that nobody waits for the quiet at the beginning.
    const clock = { now: () => ${T0} + (Date.now() - began) * 100, sleep: async () => {} };
    const store = open();
    const turns = createTurns();
    const { poison } = await store.lockDaemon(clock.now());
    const read = async (limit, suspects) => {
      const claims = await store.claimDueOrders('main', { limit, now: clock.now(), leaseMs: 60_000, suspects });
      if (claims.some(({ orderId }) => orderId === 'bad')) process.kill(process.pid, 'SIGKILL');
      await store.writeMissing('main', claims.map((claim) => ({ claim, decision: 'deleted', againAt: null, reason: 'read' })), clock.now());
      return claims.length > 0;
    };
    await read(50, false);
    const suspects = createSuspects({ store, storeName: 'main', kinds: [() => read(1, true)], turns, clock });
    for (let end = Date.now() + 20_000; Date.now() < end && (await store.countSuspects('main')) > 0; ) {
      await suspects(new AbortController().signal);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    say({ poison });
    await store.close();
    process.disconnect();`;
  let lives = 0;
  for (let over = false; !over; lives += 1) {
    expect(lives).toBeLessThan(12);
    const { process: life } = child(store.path, program);
    let said: unknown = null;
    life.on('message', (message) => (said = message));
    const [, killedBy] = (await once(life, 'exit')) as [number | null, string | null];
    over = killedBy === null;
    if (over) expect(said).toEqual({ poison: [{ store: SHOP, orderId: 'bad', destination: null, eventId: null }] });
  }
  // Three times in the batch, twice alone, and the one that sets it aside.
  expect(lives).toBe(6);
  expect(rows(store, 'select order_id from due_orders')).toEqual([{ order_id: 'bad' }]);
}, 60_000);
