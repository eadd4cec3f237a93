import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { html } from '../../src/admin/html.ts';
import { relative, time } from '../../src/admin/time.ts';
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

/** What a person reads: tags gone, spaces single. */
function readable(page: string): string {
  return page
    .replace(/<style>[^]*<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

test('shows every store with its connection, orders, events, held orders and unmapped channels', async () => {
  const { origin, state } = await start({ names: ['main', 'second'] });
  state.rows.second = null;
  state.budget = { available: 1_999.6 };
  state.destination = { pausedAt: NOW - 1_000, reason: 'Converge answered 401', probeAt: NOW + 120_000 };
  state.held = [{ store: 'main', orderId: '5', name: '#1005', dueAt: NOW + 90_000, reason: 'upsell' }];
  state.counts = counts({
    receipts: 40,
    due: 3,
    waiting: 2,
    oldestDueAt: NOW - 5_000,
    orders: { sent: 12, excluded: 2, not_visible: 1 },
    excluded: { 'excluded:tag:exclude': 2 },
    events: { pending: 6, delivered: 31, dead: 1, discarded: 0 },
    blocked: 2,
    oldestPendingAt: NOW - 7_200_000,
    lastDeliveredAt: NOW - 180_000,
    unmapped: [{ sourceName: '580111', appName: 'Some App', orders: 9 }],
    changedAfterSending: [{ currency: 'EUR', orders: 4, difference: '12.50', youngest: [] }],
  });
  const page = readable(await (await fetch(`${origin}/`)).text());
  for (const part of [
    'shopify-converge: not ready',
    'store second is not connected yet',
    'state connected',
    'shop Converge Store (convergestore.myshopify.com)',
    'token 1 h ago',
    'subscriptions 2, checked 1 min ago',
    'cost budget 2000 points',
    'webhooks received 40',
    'to be read now 1',
    'waiting for their time 2',
    'sent 12',
    'by tag:exclude 2',
    'not visible to the token 1',
    'changed after sending 4, by 12.50 EUR in all',
    'delivered 31',
    'pending 6',
    'oldest pending 2 h ago',
    'blocked behind a dead letter 2',
    'dead letters 1',
    'last delivery 3 min ago',
    'paused: Converge answered 401 , next try in 2 min',
    '#1005 in 1 min upsell',
    '580111 Some App 9',
    'second',
    'never connected',
  ]) {
    expect(page).toContain(part);
  }
});

test('says not ready and why', async () => {
  const { origin, state } = await start();
  state.rows.main = row({ state: 'disconnected', stateReason: 'The app was uninstalled. Run connect.' });
  const page = readable(await (await fetch(`${origin}/`)).text());
  expect(page).toContain('not ready');
  expect(page).toContain('why The app was uninstalled. Run connect.');
});

test('escapes what others wrote', async () => {
  const { origin, state } = await start();
  const evil = `"><script>alert('1')</script>&amp;`;
  state.rows.main = row({ shopName: evil, state: 'disconnected', stateReason: evil });
  state.held = [{ store: 'main', orderId: '5', name: evil, dueAt: NOW, reason: evil }];
  state.counts = counts({ unmapped: [{ sourceName: evil, appName: evil, orders: 1 }], excluded: { [`excluded:tag:${evil}`]: 1 } });
  const page = await (await fetch(`${origin}/`)).text();
  expect(page).not.toContain('<script');
  expect(page.split('&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;')).toHaveLength(8);
});

test('runs under its own content security policy: its style and nothing else', async () => {
  const { origin } = await start();
  const response = await fetch(`${origin}/`);
  const page = await response.text();
  const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? '';
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(style.length).toBeGreaterThan(100);
  expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  expect(policy).toMatch(/^default-src 'none';/);
  expect(page).not.toMatch(/<script|style=|https?:|<link|<img/);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('cache-control')).toBe('no-store');
});

test('says so when the database cannot be read', async () => {
  const { origin, state } = await start();
  state.broken = BROKEN;
  const response = await fetch(`${origin}/`);
  expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('STORE_FULL')]);
});

test('html escapes every value that is not HTML, in text and in attributes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const page = html`<a title="${value}">${value}</a>`.html;
      expect(page.match(/[<>"]/g)).toHaveLength(6);
      const back = /title="([^"]*)"/
        .exec(page)?.[1]
        ?.replace(/&lt;/g, '<')
        .replace(/&gt;/g, '>')
        .replace(/&quot;/g, '"')
        .replace(/&#39;/g, "'")
        .replace(/&amp;/g, '&');
      expect(back).toBe(value);
    }),
  );
  expect(html`${null}${0}${[html`<b>${1}</b>`, html`<i></i>`]}`.html).toBe('0<b>1</b><i></i>');
});

test('times are told for people', () => {
  expect(time(NOW)).toBe('2026-11-20 12:00:00 UTC');
  const told: [number | null, string][] = [
    [null, 'never'],
    [NOW, '0 s ago'],
    [NOW - 59_000, '59 s ago'],
    [NOW - 60_000, '1 min ago'],
    [NOW - 7_199_000, '1 h ago'],
    [NOW - 3 * 86_400_000, '3 d ago'],
    [NOW + 5_000, 'in 5 s'],
  ];
  for (const [at, words] of told) expect(relative(at, NOW)).toBe(words);
});
