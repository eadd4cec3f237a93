import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { BROKEN, counts, NOW, row, startAdmin } from './running.ts';

type Running = Awaited<ReturnType<typeof startAdmin>>;
let running: Running | null = null;

async function start(options?: Parameters<typeof startAdmin>[0]): Promise<Running> {
  return (running = await startAdmin(options));
}

afterEach(async () => {
  await running?.server.close(0);
  running = null;
});

/** fetch does not let a Host header through. */
async function getAs(port: number, host: string, path = '/'): Promise<{ status: number; body: string }> {
  return await new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path, headers: { host } }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    })
      .on('error', reject)
      .end();
  });
}

function basic(password: string, user = 'anybody'): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

describe('health', () => {
  test('/healthz says ok whatever the store does', async () => {
    const { origin, state } = await start();
    state.broken = BROKEN;
    const response = await fetch(`${origin}/healthz`);
    expect([response.status, await response.text()]).toEqual([200, 'ok\n']);
  });

  test('/readyz is 200 when all is well', async () => {
    const { origin } = await start();
    const response = await fetch(`${origin}/readyz`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ ok: true, reasons: [], notes: [] });
  });

  test('/readyz is 503 and names the worker, the database, the store', async () => {
    const { origin, state, clock } = await start();
    state.workers[0] = { name: 'sync main', code: 'SHOPIFY_DOWN' };
    state.rows.main = null;
    const first = await fetch(`${origin}/readyz`);
    expect(first.status).toBe(503);
    expect(await first.json()).toEqual({
      ok: false,
      reasons: ['store main is not connected yet', 'worker sync main failed: SHOPIFY_DOWN'],
      notes: [],
    });

    state.workers[0] = { name: 'sync main', code: null };
    state.broken = BROKEN;
    await clock.advance(1_000);
    const second = await fetch(`${origin}/readyz`);
    expect([second.status, await second.json()]).toEqual([503, { ok: false, reasons: ['database: STORE_FULL'], notes: [] }]);

    state.broken = null;
    state.rows.main = row({ state: 'disconnected', stateReason: 'uninstalled' });
    await clock.advance(1_000);
    expect(await (await fetch(`${origin}/readyz`)).json()).toMatchObject({ ok: false, reasons: ['store main is disconnected'] });
  });

  test('one store that is away does not stop the others', async () => {
    const { origin, state } = await start({ names: ['main', 'second'] });
    state.rows.second = row({ name: 'second', state: 'disconnected' });
    const response = await fetch(`${origin}/readyz`);
    expect([response.status, await response.json()]).toEqual([200, { ok: true, reasons: [], notes: ['store second is disconnected'] }]);
  });

  test('nor does one whose workers fail; a paused destination counts as a trouble', async () => {
    const { origin, state, clock } = await start({ names: ['main', 'second'] });
    state.workers[0] = { name: 'sync main', code: 'TOKEN_WRONG_SECRET' };
    const first = await fetch(`${origin}/readyz`);
    expect([first.status, await first.json()]).toEqual([
      200,
      { ok: true, reasons: [], notes: ['worker sync main failed: TOKEN_WRONG_SECRET'] },
    ]);
    state.destination = { pausedAt: NOW, cause: 'refused' };
    await clock.advance(1_000);
    expect((await fetch(`${origin}/readyz`)).status).toBe(503);
  });

  test('a hundred looks at once cost the database one', async () => {
    const { origin, state } = await start();
    await Promise.all(Array.from({ length: 100 }, () => fetch(`${origin}/readyz`).then((response) => response.text())));
    expect(state.reads).toBe(3);
  });
});

describe('access', () => {
  const cases: [host: string, configured: string, allowed: boolean][] = [
    ['localhost', '127.0.0.1', true],
    ['LOCALHOST:3001', '127.0.0.1', true],
    ['127.0.0.1:3001', '127.0.0.1', true],
    ['127.1.2.3', '127.0.0.1', true],
    ['[::1]:3001', '::1', true],
    ['[::1]', '127.0.0.1', true],
    ['admin.internal:3001', 'Admin.internal', true],
    ['evil.example', '127.0.0.1', false],
    ['localhost.evil.example', '127.0.0.1', false],
    ['127.0.0.1.evil.example', '127.0.0.1', false],
    ['evil.example:3001', 'localhost', false],
    ['169.254.169.254', '127.0.0.1', false],
  ];

  test.each(cases)('without a password, Host %s with admin.host %s: %s', async (host, configured, allowed) => {
    const { port } = await start({ host: configured });
    for (const path of ['/', '/metrics', '/healthz', '/readyz']) {
      const { status, body } = await getAs(port, host, path);
      expect(status).toBe(allowed ? 200 : 421);
      if (!allowed) expect(body).not.toContain('main');
    }
  });

  test('with a password any name is answered, and nothing is shown without it', async () => {
    const { port, origin } = await start({ password: 'correct horse: 🐎', host: '0.0.0.0' });
    for (const path of ['/', '/metrics', '/nothing']) {
      const { status, body } = await getAs(port, 'admin.example.com', path);
      expect(status).toBe(401);
      expect(body).not.toContain('main');
    }
    expect((await getAs(port, '10.0.0.7:3001', '/healthz')).status).toBe(200);
    expect((await getAs(port, '10.0.0.7:3001', '/readyz')).status).toBe(200);
    expect((await fetch(`${origin}/`)).headers.get('www-authenticate')).toMatch(/^Basic /);
    expect((await fetch(`${origin}/`, { headers: basic('correct horse: 🐎') })).status).toBe(200);
    expect((await fetch(`${origin}/metrics`, { headers: basic('correct horse: 🐎', '') })).status).toBe(200);
  });

  test('wrong and odd credentials are refused', async () => {
    const { origin } = await start({ password: 'secret' });
    const odd = [
      basic(''),
      basic('Secret'),
      basic('secret '),
      basic('secretsecret'),
      basic('x'.repeat(5_000)),
      { authorization: 'Basic' },
      { authorization: 'Basic c2VjcmV0' },
      { authorization: 'Bearer secret' },
      { authorization: `Basic ${Buffer.from('a:secret').toString('base64')}!` },
    ];
    for (const headers of odd) expect((await fetch(`${origin}/`, { headers })).status).toBe(401);
    expect(
      (await fetch(`${origin}/`, { headers: { authorization: basic('secret').authorization.replace('Basic', 'basic') } })).status,
    ).toBe(200);
  });

  test('only GET and HEAD', async () => {
    const { origin } = await start();
    const post = await fetch(`${origin}/`, { method: 'POST', body: 'x' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const head = await fetch(`${origin}/`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect((await fetch(`${origin}/nothing`)).status).toBe(404);
  });
});

describe('metrics', () => {
  test('show the state at the moment they are read', async () => {
    const { origin, state, clock, metrics } = await start();
    state.budget = { available: 1_780, restoreRate: 100 };
    state.counts = counts({
      due: 7,
      waiting: 5,
      oldestDueAt: NOW - 90_000,
      orders: { sent: 10, excluded: 3 },
      excluded: { 'excluded:channel:pos': 2, 'excluded:before_window': 1 },
      events: { pending: 4, delivered: 20, dead: 1, discarded: 0 },
      blocked: 2,
      oldestPendingAt: NOW - 30_000,
      unmapped: [
        { sourceName: '111', appName: null, orders: 2 },
        { sourceName: '222', appName: 'x', orders: 3 },
      ],
      changedAfterSending: [
        { currency: 'EUR', orders: 4, difference: '12.50', youngest: [] },
        { currency: 'JPY', orders: 1, difference: '-30', youngest: [] },
      ],
    });
    metrics.identityDifferences.inc({ store: 'main' });
    const response = await fetch(`${origin}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const lines = (await response.text()).split('\n').map((line) => line.replace('shopify_converge_', ''));
    for (const line of [
      'store_connected{store="main"} 1',
      'shopify_token_age_seconds{store="main"} 3600',
      'shopify_cost_available_points{store="main"} 1780',
      'due_orders{store="main",state="ready"} 2',
      'due_orders{store="main",state="waiting"} 5',
      'oldest_due_order_age_seconds{store="main"} 90',
      'orders{store="main",decision="sent"} 10',
      'excluded_orders{store="main",reason="channel:pos"} 2',
      'unmapped_channel_orders{store="main"} 5',
      'changed_after_sending_orders{store="main"} 5',
      'identity_differences_total{store="main"} 1',
      'events{store="main",state="pending"} 4',
      'events{store="main",state="dead"} 1',
      'blocked_events{store="main"} 2',
      'oldest_pending_event_age_seconds{store="main"} 30',
      'destination_paused{store="main",destination="converge"} 0',
      'worker_up{worker="sync main"} 1',
      'database_up 1',
      'database_size_bytes{file="database"} 4096',
      'shopify_cost_restore_points_per_second{store="main"} 100',
      'dead_letters{store="main",kind="event"} 1',
      'backfill_running{store="main"} 0',
    ]) {
      expect(lines).toContain(line);
    }

    state.counts = counts({ orders: { excluded: 3 } });
    state.workers[0] = { name: 'sync main', code: 'X' };
    await clock.advance(1_000);
    const later = await (await fetch(`${origin}/metrics`)).text();
    expect(later).not.toContain('decision="sent"');
    expect(later).toContain('worker_up{worker="sync main"} 0');
  });

  test('go on while the database does not, without old figures', async () => {
    const { origin, state, clock, lines } = await start();
    await fetch(`${origin}/metrics`);
    state.broken = BROKEN;
    await clock.advance(1_000);
    const response = await fetch(`${origin}/metrics`);
    const body = await response.text();
    expect(response.status).toBe(200);
    expect(body).toContain('shopify_converge_database_up 0');
    expect(body).not.toContain('store="main"');
    expect(lines).toMatchObject([{ level: 'error', code: 'STORE_FULL' }]);
  });
});
