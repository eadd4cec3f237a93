/** Reconcile: what no webhook told becomes due, from the watermark on, in order of change. */
import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/core/errors.ts';
import { createReconcile } from '../../src/reconcile/reconcile.ts';
import type { ChangedOrder } from '../../src/shopify/types.ts';
import { handClock } from '../clock.ts';
import { claimDue, connected, MINUTE, rows, SHOP, signal, T0, write } from '../store/fixture.ts';
import { silent } from '../sync/running.ts';

const at = (ms: number) => new Date(ms).toISOString();
const changed = (orderId: string, updatedAt: number, createdAt = updatedAt): ChangedOrder => ({
  orderId,
  createdAt: at(createdAt),
  updatedAt: at(updatedAt),
});

async function start(options: { pages?: ChangedOrder[][]; connected?: boolean } = {}) {
  const clock = handClock(T0);
  const store = await connected();
  const asked: (string | null)[] = [];
  let pages = options.pages ?? [];
  let breakAfter = Infinity;
  let failure = new Error('down');
  let isConnected = options.connected ?? true;
  let checks = 0;
  let lost = false;
  const { tick } = createReconcile({
    storeName: SHOP,
    store,
    shopify: {
      ordersChangedSince: async function* (since) {
        asked.push(since);
        for (const [index, page] of pages.entries()) {
          if (index >= breakAfter) throw failure;
          yield page;
        }
      },
    },
    settings: { everyMs: 15 * MINUTE, upsellDelayMs: 10 * MINUTE },
    begin: async (row) => void (await store.beginHistory(SHOP, at(row.firstConnectedAt), null, clock.now())),
    ensureConnected: async () => {
      checks += 1;
      return isConnected;
    },
    checkConnection: async () => !lost,
    clock,
    logger: silent,
  });
  const stop = new AbortController();
  return {
    clock,
    store,
    asked,
    tick: () => tick(stop.signal),
    answer: (next: ChangedOrder[][], breaks = Infinity) => ([pages, breakAfter] = [next, breaks]),
    connect: (value: boolean) => (isConnected = value),
    lose: () => (lost = true),
    failWith: (error: Error) => (failure = error),
    checks: () => checks,
    due: () =>
      rows<{ order_id: string; due_at: number; lane: string }>(store, 'select order_id, due_at, lane from due_orders order by order_id'),
    watermark: () => store.getWatermark(SHOP),
  };
}

describe('reconcile', () => {
  it('begins at the connection less the overlap: history waits behind live orders, and young orders keep their delay', async () => {
    const run = await start({ pages: [[changed('1', T0 - 30 * MINUTE), changed('2', T0 + MINUTE)]] });
    await run.tick();
    expect(run.asked).toEqual([at(T0 - 5 * MINUTE)]);
    expect(run.due()).toEqual([
      { order_id: '1', due_at: T0, lane: 'historical' },
      { order_id: '2', due_at: T0 + 11 * MINUTE, lane: 'live' },
    ]);
    expect(await run.watermark()).toBe(at(T0 + MINUTE));
  });

  it('asks from the watermark less the overlap, at its interval', async () => {
    const run = await start({ pages: [[changed('1', T0 + 2 * MINUTE)]] });
    await run.tick();
    await run.clock.advance(14 * MINUTE);
    await run.tick();
    expect(run.asked).toEqual([at(T0 - 5 * MINUTE)]);
    await run.clock.advance(MINUTE);
    await run.tick();
    expect(run.asked).toEqual([at(T0 - 5 * MINUTE), at(T0 - 3 * MINUTE)]);
  });

  it('marks nothing that the ledger knows in that state, and what is newer', async () => {
    const run = await start();
    await run.store.acceptSignals([signal({ orderId: '1' }), signal({ orderId: '2' })]);
    const claims = await claimDue(run.store, T0);
    await run.store.writeOrders(
      SHOP,
      claims.map((claim) => write(claim, {}, { updatedAt: at(T0) })),
      T0,
    );
    expect(run.due()).toEqual([]);
    run.answer([[changed('1', T0), changed('2', T0 + 1_000, T0 - 60 * MINUTE)]]);
    await run.tick();
    expect(run.due().map(({ order_id }) => order_id)).toEqual(['2']);
  });

  it('that breaks off goes on from the last page', async () => {
    const run = await start();
    run.answer([[changed('1', T0 + 5 * MINUTE)], [changed('2', T0 + 10 * MINUTE)]], 1);
    await expect(run.tick()).rejects.toThrow('down');
    expect(run.due().map(({ order_id }) => order_id)).toEqual(['1']);
    run.answer([[changed('2', T0 + 10 * MINUTE)]]);
    await run.tick();
    expect(run.asked).toEqual([at(T0 - 5 * MINUTE), at(T0)]);
    expect(run.due().map(({ order_id }) => order_id)).toEqual(['1', '2']);
  });

  it('never moves the watermark back', async () => {
    const run = await start({ pages: [[changed('1', T0)]] });
    await run.tick();
    run.answer([[changed('1', T0 - 3 * MINUTE)]]);
    await run.clock.advance(15 * MINUTE);
    await run.tick();
    expect(await run.watermark()).toBe(at(T0));
  });

  it('that Shopify refuses looks whether the store is lost: without webhooks an uninstall shows nowhere else', async () => {
    const run = await start();
    run.failWith(new ConnectorError('TOKEN_APP_NOT_INSTALLED', 'not installed'));
    run.answer([[changed('1', T0)]], 0);
    await expect(run.tick()).rejects.toThrow('not installed');
    run.lose();
    await run.tick();
    expect(run.asked).toHaveLength(2);
    await run.tick();
    expect(run.asked).toHaveLength(2);
  });

  it('goes on when the clock is set back', async () => {
    const run = await start();
    await run.tick();
    run.clock.set(T0 - 6 * 60 * MINUTE);
    await run.tick();
    await run.clock.advance(15 * MINUTE);
    await run.tick();
    expect(run.asked).toHaveLength(2);
  });

  it('asks nothing of a store that is not connected, and looks again soon', async () => {
    const run = await start({ connected: false });
    expect(await run.tick()).toBeLessThanOrEqual(5_000);
    expect(run.asked).toEqual([]);
    expect(run.checks()).toBe(1);
  });

  it('looks at the connection as soon as a signal asks for it, between two rounds', async () => {
    const run = await start();
    await run.tick();
    await run.store.acceptSignals([signal({ topic: 'app/uninstalled', orderId: null, checksConnection: true })]);
    await run.clock.advance(1_000);
    await run.tick();
    expect(run.checks()).toBe(2);
    expect(run.asked).toHaveLength(1);
  });
});
