/** An admin listener over a real store in which a day has passed: something of everything the pages show. */
import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { createAdmin } from '../../src/admin/admin.ts';
import { Secret } from '../../src/core/secret.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { createHttpServer } from '../../src/platform/server.ts';
import type { Settlement, Store } from '../../src/store/types.ts';
import { claimDue, claimLanes, connected, connection, event, MINUTE, SHOP, signal, write } from '../store/fixture.ts';

export const HOSTILE = `"><script>alert('1')</script>&amp;`;
const HOUR = 60 * MINUTE;

/** What came in, minutes ago. Deterministic, busier towards the end. */
function* orders(now: number) {
  for (let index = 0; index < 90; index += 1) {
    const at = now - Math.round(((90 - index) ** 1.35 / 90 ** 1.35) * 10 * HOUR) - MINUTE;
    yield { id: String(6_001_000_000_000 + index), name: `#${1001 + index}`, at, index };
  }
}

function outcome(index: number, at: number): Settlement {
  const latencyMs = 38 + ((index * 37) % 61) + (index % 17 === 0 ? 420 : 0);
  if (index === 21) return { state: 'dead', outcome: 'refused: HTTP 422', attempt: { at, latencyMs, status: 422, answer: HOSTILE } };
  if (index === 77)
    return {
      state: 'dead',
      outcome: 'refused: HTTP 400',
      attempt: { at, latencyMs, status: 400, answer: '{"error":"items[0].price is missing"}' },
    };
  return { state: 'delivered', attempt: { at, latencyMs, status: 200, answer: '{"ok":true}' } };
}

async function fill(store: Store, now: number): Promise<void> {
  await store.saveConnection(
    connection({
      shopName: 'Converge Store',
      connectedAt: now - 30 * 24 * HOUR,
      tokenAt: now - HOUR,
      subscriptions: ['ORDERS_CREATE', 'ORDERS_UPDATED', 'REFUNDS_CREATE'],
      subscriptionsCheckedAt: now - 4 * MINUTE,
    }),
  );
  for (const { id, name, at, index } of orders(now)) {
    await store.acceptSignals([signal({ orderId: id, receivedAt: at, topic: 'orders/create' })]);
    const [claim] = await claimDue(store, at + 1);
    const excluded = index % 9 === 4;
    const body = { id, total_price: 49.9, currency: 'EUR', $email: 'ada@example.com', note: HOSTILE };
    const placed = [event(id, { properties: body }), ...(index % 8 === 3 ? [event(`refund-${id}`)] : [])];
    const trail = [
      'created after the store was connected',
      excluded ? 'source_name pos is excluded by exclude.channels' : `channel web by ${HOSTILE}`,
    ];
    await store.writeOrders(
      SHOP,
      [
        write(
          claim!,
          excluded
            ? { decision: 'excluded', reason: 'channel:pos', channel: 'pos', trail }
            : { events: placed, total: '49.90', trail, channelMapped: index % 11 !== 5 },
          {
            name,
            createdAt: at - 2 * MINUTE - (index % 12) * 24 * HOUR,
            sourceName: index % 11 === 5 ? '580111' : 'web',
            appName: index % 11 === 5 ? HOSTILE : null,
          },
        ),
      ],
      at + 2,
    );
    if (index === 88) continue;
    for (const lane of await claimLanes(store, at + 5))
      for (const each of lane.events.slice(0, index === 21 ? 1 : undefined))
        await store.settle(lane, [{ event: each, settlement: outcome(index, at + 10) }], at + 500);
  }
  await store.saveAudit({
    store: SHOP,
    at: now - 2 * HOUR,
    since: '2026-11-14',
    until: '2026-11-20',
    shopify: 91,
    accounted: 90,
    differing: 1,
    differingSince: now - 2 * HOUR,
    named: [{ orderId: '6001000000099', name: '#1100', day: '2026-11-20', kind: 'missing' }],
  });
  const untold = { quietSince: null, overAt: null, toldAt: null, attempts: 0, nextAttemptAt: null };
  const summary = 'Dead letters: 2 events. dead-letters list shows them.';
  await store.saveAlert({ store: SHOP, kind: 'dead_letters', subject: '', summary, details: {}, openedAt: now - HOUR, ...untold });
  const held = ['#1091', '#1092', '#1093'];
  await store.acceptSignals(
    held.map((_, index) =>
      signal({ orderId: String(6_001_000_000_090 + index), receivedAt: now - MINUTE, heldUntil: now + (3 + 2 * index) * MINUTE }),
    ),
  );
  const backfill = await store.requestBackfill(
    { store: SHOP, origin: 'initial', words: 'all orders', since: null, until: now },
    now - HOUR,
  );
  const slice = { since: now - 400 * 24 * HOUR, until: now, expected: 12_400, halved: 0 };
  await store.planBackfill(backfill.id, { since: slice.since, expected: 12_400, slices: [slice] }, now - HOUR);
  const [planned] = await store.openSlices(backfill.id);
  await store.changeSlice(planned!.id, { state: 'reading', checkpoint: 7_300, derived: 7_000, known: 300 });
}

export async function livedIn(clock: Clock, options: { password?: string } = {}) {
  const store = await connected();
  await fill(store, clock.now());
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', fd: 1, pretty: false, colour: false }, { write: (line: string) => void lines.push(line) });
  const { respond, endStreams } = createAdmin({
    store,
    connections: [
      { name: SHOP, destinations: [{ name: 'converge' }], shopify: { budget: () => ({ available: 1_980, restoreRate: 100 }) } },
    ],
    workers: [{ store: SHOP, name: `sync:${SHOP}`, failure: () => null }],
    metrics: createMetrics(),
    clock,
    logger,
    host: '127.0.0.1',
    randomBytes,
    password: options.password === undefined ? null : new Secret(options.password),
    events: null,
  });
  const server = createHttpServer({ name: 'admin', host: '127.0.0.1', port: 0, respond, clock, logger });
  const { port } = await server.listen();
  onTestFinished(async () => {
    endStreams();
    await server.close(0);
  });
  return { store, server, endStreams, origin: `http://127.0.0.1:${port}`, lines };
}
