/** What the daemon does for its database: old rows go, the log is folded in, a clock that was set back makes nothing wait. */
import { expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../../src/platform/logger.ts';
import type { Store } from '../../src/store/types.ts';
import { createUpkeep } from '../../src/upkeep.ts';
import { handClock } from '../clock.ts';
import { claimDue, claimLanes, connected, delivered, due, MINUTE, place, retryAt, rows, SHOP, signal, T0 } from '../store/fixture.ts';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function start(store: Pick<Store, 'bringNear' | 'checkpoint' | 'prune'>, now = T0) {
  const clock = handClock(now);
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger(
    { level: 'info', fd: 1, pretty: false, colour: false },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  const upkeep = createUpkeep({ store, config: { retention: { days: 30 } }, clock, random: () => 0.5, logger } as never);
  upkeep.start();
  onTestFinished(() => upkeep.stop());
  /** Moves the clock and lets the store, which takes turns of the event loop, come to an end. */
  const pass = async (ms: number) => {
    await clock.advance(ms);
    for (let turn = 0; turn < 50; turn += 1) await clock.advance(0);
  };
  return { clock, lines, pass };
}

test('at the start what is past its retention goes; a failure is tried again', async () => {
  const store = await connected();
  await place(store, 'old');
  const [claim] = await claimLanes(store, T0);
  await store.settle(claim!, [{ event: claim!.events[0]!, settlement: delivered }], T0);
  let failures = 2;
  const prune: Store['prune'] = async (before) => {
    failures -= 1;
    if (failures >= 0) throw new Error('no room');
    return await store.prune(before);
  };
  const { pass, lines } = start({ ...store, prune }, T0 + 31 * DAY);
  await pass(5 * MINUTE);
  expect(rows(store, 'select body, (select count(*) from webhook_receipts) receipts from events')).toEqual([{ body: null, receipts: 0 }]);
  expect(lines.map(({ level }) => level)).toEqual(['error', 'error', 'info', 'info']);
});

test('a reader that keeps the log is told of once, and again when it comes back', async () => {
  let leftBytes = 300 * 1024 * 1024;
  const { clock, lines } = start({ checkpoint: async () => ({ leftBytes }), prune: async () => 0, bringNear: async () => 0 });
  const warnings = () => lines.filter(({ level }) => level === 'warn').length;
  await clock.advance(10 * MINUTE);
  expect(warnings()).toBe(1);
  leftBytes = 0;
  await clock.advance(MINUTE);
  leftBytes = 300 * 1024 * 1024;
  await clock.advance(5 * MINUTE);
  expect(warnings()).toBe(2);
});

test.each([2 * HOUR, 3 * DAY, 400 * DAY])(
  'a clock set back by %i ms makes nothing wait for as long; holds and leases stay',
  async (back) => {
    const store = await connected();
    const fast = T0 + back;
    await place(store, 'retried', ['retried'], fast);
    const [lane] = await claimLanes(store, fast);
    await store.settle(lane!, [{ event: lane!.events[0]!, settlement: retryAt(fast + 10 * MINUTE) }], fast);
    await store.acceptSignals([signal({ orderId: 'failed', receivedAt: fast })]);
    const [claim] = await claimDue(store, fast);
    await store.releaseDueOrders([claim!], fast + MINUTE, 'SHOPIFY_DOWN');
    await store.acceptSignals([signal({ orderId: 'new', receivedAt: fast + MINUTE - 1 })]);
    await store.acceptSignals([signal({ orderId: 'held', receivedAt: T0, heldUntil: T0 + back + DAY })]);
    const { clock, pass } = start(store, fast);
    await pass(0);
    clock.set(T0);
    expect(await claimDue(store, T0 + HOUR)).toEqual([]);
    await pass(2 * MINUTE);

    expect(await claimLanes(store, clock.now() + 15 * MINUTE)).toHaveLength(1);
    const claimed = await claimDue(store, clock.now() + 15 * MINUTE);
    expect(claimed.map(({ orderId }) => orderId).toSorted()).toEqual(['failed', 'new']);
    expect(due(store).find(({ order_id }) => order_id === 'held')).toMatchObject({ due_at: T0 + back + DAY, held_until: T0 + back + DAY });
    expect(rows(store, `select count(*) n from lanes where store = '${SHOP}' and lease_token is not null`)).toEqual([{ n: 1 }]);
  },
);

test('a daemon that starts after the clock was set back waits for nothing either', async () => {
  const store = await connected();
  await place(store, '1', ['1'], T0 + DAY);
  const [lane] = await claimLanes(store, T0 + DAY);
  await store.settle(lane!, [{ event: lane!.events[0]!, settlement: retryAt(T0 + DAY + MINUTE) }], T0 + DAY);
  await store.lockDaemon(T0);
  expect(await claimLanes(store, T0 + 15 * MINUTE)).toHaveLength(1);
});
