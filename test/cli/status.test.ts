import { describe, expect, it } from 'vitest';
import { showStatus } from '../../src/cli/status.ts';
import type { DestinationState } from '../../src/store/types.ts';
import { DISCONNECTED_BY_USER } from '../../src/install/install.ts';
import { backfill, counts, NOW, row, screen, status } from './double.ts';

const MINUTE = 60_000;

async function shown(report: ReturnType<typeof status>): Promise<string> {
  const on = screen();
  expect(await showStatus({ status: async () => report }, on)).toBe(0);
  expect(on.failed).toEqual([]);
  return on.text();
}

function gate(more: Partial<DestinationState>): DestinationState {
  return {
    store: 'main',
    destination: 'converge',
    pausedAt: NOW - MINUTE,
    reason: null,
    probeAt: NOW + MINUTE,
    probes: 2,
    lastDeliveredAt: null,
    resumedAt: null,
    cause: null,
    downMs: 0,
    ...more,
  };
}

describe('status', () => {
  it('shows a busy store at a glance', async () => {
    const report = status(
      {
        counts: counts({
          due: 5,
          waiting: 2,
          oldestDueAt: NOW - 30_000,
          orders: { sent: 120, excluded: 14, nothing_to_send: 1 },
          excluded: { 'excluded:tag:no_ads': 4, 'excluded:channel:pos': 10 },
          events: { pending: 3, delivered: 120, dead: 1, discarded: 2 },
          blocked: 1,
          oldestPendingAt: NOW - 4 * MINUTE,
          lastDeliveredAt: NOW - 10_000,
          unmapped: [{ sourceName: '1780363', appName: 'Market App', orders: 3 }],
          changedAfterSending: [
            {
              currency: 'EUR',
              orders: 3,
              difference: '11.50',
              youngest: [
                { orderId: '5009', name: '#1009', difference: '15.00' },
                { orderId: '5004', name: '#1004', difference: '-3.50' },
              ],
            },
            { currency: 'JPY', orders: 1, difference: '-30', youngest: [{ orderId: '5000', name: '#1000', difference: '-30' }] },
          ],
        }),
        held: [
          { store: 'main', orderId: '5001', name: '#1001', dueAt: NOW + 9 * MINUTE, reason: 'upsell' },
          { store: 'main', orderId: '5002', name: null, dueAt: NOW + 30_000, reason: 'journey' },
        ],
        destinations: [gate({ cause: 'refused', reason: '401 invalid token' })],
      },
      { pid: 42, host: 'box', startedAt: NOW - 60 * MINUTE },
    );
    expect(await shown(report)).toBe(`daemon  running, process 42 on box since 2026-11-20 11:00:00 UTC

main  Converge Store (convergestore.myshopify.com), EUR
  paused      converge, 1 min ago: 401 invalid token; one event is tried in 1 min
  dead        1 event could not be delivered, 1 event blocked behind it: see dead-letters list
  connection  connected since 2026-11-20 12:00:00 UTC+01:00, last token 5 min ago
  webhooks    2 subscriptions, checked 2 min ago
  reconcile   3 min ago, every 15 min
  orders      120 sent · 14 excluded · 1 nothing to send
  excluded    10 channel:pos · 4 tag:no_ads
  to read     3 orders due, the oldest due 30 s ago
  waiting     2 orders
              #1001  in 9 min (2026-11-20 13:09:00 UTC+01:00)  upsell
              5002  in 30 s (2026-11-20 13:00:30 UTC+01:00)  journey
  outbox      3 events, the oldest written 4 min ago
  delivered   120 events, last one 10 s ago
  discarded   2 events
  changed     3 orders after sending, +11.50 EUR in all: #1009 +15.00, #1004 -3.50, …
  changed     1 order after sending, -30 JPY in all: #1000 -30
  unmapped    3 orders from "1780363" (Market App) sent as web: map it under salesChannels`);
  });

  it('shows a quiet store without noise', async () => {
    expect(await shown(status())).toBe(`daemon  not running

main  Converge Store (convergestore.myshopify.com), EUR
  connection  connected since 2026-11-20 12:00:00 UTC+01:00, last token 5 min ago
  webhooks    2 subscriptions, checked 2 min ago
  reconcile   3 min ago, every 15 min
  orders      none yet
  to read     nothing due
  waiting     none
  outbox      empty
  delivered   none yet`);
  });

  it('says why a store is disconnected, and what a missing scope costs', async () => {
    const text = await shown(
      status({
        row: row({
          state: 'disconnected',
          stateReason: 'the app was uninstalled: install it again',
          scopes: ['read_orders', 'read_customers', 'read_products'],
          subscriptions: [],
        }),
      }),
    );
    expect(text).toContain('connection  disconnected: the app was uninstalled: install it again');
    expect(text).toContain('read_all_orders is missing: only the orders of the last 60 days');
    expect(text).toContain('webhooks    no subscription: see doctor');
  });

  it('shows history on its way, the alerts that are open and what the last audit found', async () => {
    const report = status({
      counts: counts({ deadOrders: 2 }),
      destinations: [gate({ cause: 'down', reason: 'ten events in a row failed (503)' })],
      backfills: [
        backfill({
          read: 1_200,
          derived: 1_000,
          markedDue: 200,
          slices: { planned: 1, starting: 0, running: 2, reading: 1, done: 3, failed: 1 },
          failed: [
            {
              since: NOW - 48 * 60 * MINUTE,
              until: NOW - 24 * 60 * MINUTE,
              expected: 9,
              distinct: 8,
              error: 'One order is missing.',
              firstId: '5001',
              lastId: '5009',
            },
          ],
        }),
        backfill({ id: 0, state: 'done', finishedAt: NOW - 90 * MINUTE }),
      ],
      alerts: [
        {
          store: 'main',
          kind: 'dead_letters',
          subject: '',
          openedAt: NOW - 20 * MINUTE,
          summary: '2 orders were set aside.',
          details: {},
          quietSince: null,
          overAt: null,
          toldAt: NOW - 19 * MINUTE,
          attempts: 0,
          nextAttemptAt: null,
        },
      ],
      audit: {
        store: 'main',
        at: NOW - 30 * MINUTE,
        since: '2026-11-14',
        until: '2026-11-20',
        shopify: 60,
        accounted: 58,
        differing: 2,
        differingSince: NOW - 30 * MINUTE,
        named: [],
      },
    });
    expect(await shown(report)).toBe(`daemon  not running

main  Converge Store (convergestore.myshopify.com), EUR
  alert       20 min ago, told: 2 orders were set aside.
  down        converge, 1 min ago: ten events in a row failed (503); one event is tried in 1 min
  dead        2 orders could not be read: see dead-letters list --kind order
  connection  connected since 2026-11-20 12:00:00 UTC+01:00, last token 5 min ago
  webhooks    2 subscriptions, checked 2 min ago
  reconcile   3 min ago, every 15 min
  backfill    1200 of 3040 orders read: 1000 written, 200 read one by one · slices: 3 done, 1 reading, 2 running, 1 planned, 1 failed
              2026-11-18 13:00:00 UTC+01:00 to 2026-11-19 13:00:00 UTC+01:00: One order is missing. Orders 5001 to 5009.
  orders      none yet
  to read     nothing due
  waiting     none
  outbox      empty
  delivered   none yet
  audit       30 min ago, 2026-11-14 to 2026-11-20: 58 of 60 orders accounted for, 2 to look at: run audit --since 2026-11-14`);
  });

  it('says how orders are found without webhooks', async () => {
    const polling = row({ subscriptions: [], subscriptionsCheckedAt: null, reconciledAt: null });
    const text = await shown(status({ webhooks: false, reconcileEveryMinutes: 1, row: polling }));
    expect(text).toContain('webhooks    none without server.publicUrl\n  reconcile   not yet, every 1 min');
  });

  it('says that the user disconnected it, and counts an order whose time has come as due', async () => {
    const held = [{ store: 'main', orderId: '5001', name: '#1001', dueAt: NOW, reason: 'upsell' }];
    const text = await shown(
      status({
        row: row({ state: 'disconnected', stateReason: DISCONNECTED_BY_USER }),
        counts: counts({ due: 1, oldestDueAt: NOW + 5 }),
        held,
      }),
    );
    expect(text).toContain('disconnected: by the disconnect command; connect');
    expect(text).toContain('1 order due, the oldest due 0 s ago');
    expect(text).not.toContain('#1001');
  });

  it('says that a store was never connected', async () => {
    expect(await shown(status({ row: null }))).toContain('main  never connected: run connect, or start');
  });

  it('prints JSON with ISO times', async () => {
    const on = screen({ json: true });
    await showStatus(
      {
        status: async () =>
          status({
            held: [{ store: 'main', orderId: '1', name: null, dueAt: NOW, reason: 'upsell' }],
            backfills: [backfill({ since: null, until: NOW })],
          }),
      },
      on,
    );
    expect(on.data()).toMatchObject({
      daemon: null,
      stores: [
        {
          name: 'main',
          row: { firstConnectedAt: '2026-11-20T10:30:00.000Z', checkRequestedAt: null, subscriptions: ['ORDERS_CREATE', 'ORDERS_UPDATED'] },
          counts: { due: 0, events: { pending: 0 } },
          held: [{ dueAt: '2026-11-20T12:00:00.000Z' }],
          destinations: [],
          backfills: [{ since: null, until: '2026-11-20T12:00:00.000Z' }],
        },
      ],
    });
  });
});
