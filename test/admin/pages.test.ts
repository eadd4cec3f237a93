/** The pages over a real store: what they show, and that nothing anybody wrote becomes markup. */
import { expect, test } from 'vitest';
import { handClock } from '../clock.ts';
import { HOSTILE, livedIn } from './lived-in.ts';
import { NOW } from './running.ts';

const ESCAPED = '&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;';

/** What a person reads: tags gone, spaces single. */
function readable(page: string): string {
  return page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}

async function open() {
  const clock = handClock(NOW);
  const running = await livedIn(clock);
  const get = async (path: string) => await (await fetch(`${running.origin}${path}`)).text();
  return { ...running, clock, get };
}

/** A session and its token, as the page hands them out. */
async function session(origin: string): Promise<{ cookie: string; csrf: string }> {
  const response = await fetch(`${origin}/dead-letters`);
  const csrf = /name="csrf" value="([^"]+)"/.exec(await response.text())?.[1] ?? '';
  return { cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '', csrf };
}

async function submit(origin: string, path: string, fields: Record<string, string>, cookie: string) {
  return await fetch(`${origin}${path}`, { method: 'POST', headers: { cookie }, body: new URLSearchParams(fields), redirect: 'manual' });
}

test('the overview shows health, traffic, held orders, backfill, accounting and the latest events', async () => {
  const { get } = await open();
  const page = await get('/');
  const text = readable(page);
  for (const part of [
    'Ready',
    'alert Dead letters: 2 events. dead-letters list shows them. main, 1 h ago',
    '2 dead letters',
    'Webhooks received',
    'main connected Converge Store · shop.myshopify.com · EUR · Europe/Berlin',
    'Orders sent 80',
    'Events delivered 88',
    'Held orders, next ones first',
    'in 3 min upsell',
    'all orders 7,300 of 12,400 orders',
    'Orders by day of creation 90 in 14 days',
    'cost budget 1,980 points',
    '580111',
    'Placed Order #1090',
  ]) {
    expect(text).toContain(part);
  }
  expect(page).toMatch(/aria-label="Webhooks received: \d+ since \d\d:\d\d, most at \d\d:\d\d with \d+"/);
  expect(readable(await get('/?hours=24'))).toContain('by 30 minutes');
  const accounting = readable(await get('/accounting'));
  expect(accounting).toContain(
    '1 unaccounted for 2026-11-14 to 2026-11-20: 91 orders in Shopify, 90 accounted for, compared 2 h ago . #1100 (2026-11-20)',
  );
});

test('no page lets markup through, and bodies are on the page of their event only', async () => {
  const { get, store } = await open();
  const [dead] = await store.listDeadLetters({ order: '#1022', limit: 1 });
  const paths = ['/', '/events', '/dead-letters', '/accounting', '/orders/main/6001000000021', `/events/${dead!.id}`];
  for (const path of paths) {
    const page = await get(path);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toContain(HOSTILE);
    expect(page.includes('ada@example.com')).toBe(path.startsWith('/events/'));
    expect(page).not.toMatch(/ (style|on\w+)="|https?:\/\//);
    for (const [, label = ''] of page.matchAll(/<(?:section|nav)([^>]*)>/g)) expect(label).toMatch(/aria-label/);
    for (const [table] of page.matchAll(/<table[^]*?<\/table>/g)) expect(table).toContain('<caption');
  }
  const page = await get(`/events/${dead!.id}`);
  expect(page.split(ESCAPED).length).toBeGreaterThan(3);
  expect(readable(page)).toContain('refused: HTTP 422');
  expect(readable(await get(`/search?q=${encodeURIComponent(HOSTILE)}`))).toContain('There is no order and no event');
});

test('search leads to the order or the event', async () => {
  const { origin } = await open();
  const lead = async (text: string) => {
    const response = await fetch(`${origin}/search?q=${encodeURIComponent(text)}`, { redirect: 'manual' });
    return [response.status, response.headers.get('location')];
  };
  expect(await lead('#1001')).toEqual([303, '/orders/main/6001000000000']);
  expect(await lead('1001')).toEqual([303, '/orders/main/6001000000000']);
  expect(await lead('refund-6001000000003')).toEqual([303, expect.stringMatching(/^\/events\/\d+$/)]);
  expect(await lead('nothing')).toEqual([200, null]);
});

test('the event log is shown by state and page by page', async () => {
  const { get } = await open();
  const first = await get('/events?state=delivered');
  const ids = (page: string) => [...page.matchAll(/href="\/events\/(\d+)"/g)].map(([, id]) => Number(id));
  expect(ids(first)).toHaveLength(50);
  const older = /href="(\/events\?[^"]+)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const second = await get(older);
  expect(ids(second)).toHaveLength(38);
  expect(Math.max(...ids(second))).toBeLessThan(Math.min(...ids(first)));
  expect(second).not.toContain('>Older<');
  expect(ids(await get('/events?state=dead&store=nobody'))).toHaveLength(2);
});

test('a dead letter is put back or discarded by a form of this session, and by nothing else', async () => {
  const { origin, store, get } = await open();
  const letters = async () => (await store.listDeadLetters({ limit: 9 })).map(({ id }) => id);
  const [first, second] = await letters();
  const { cookie, csrf } = await session(origin);
  const fields = { id: first!, store: 'main', csrf, reason: 'a test order' };
  for (const [path, wrong, sent] of [
    ['/dead-letters/replay', { ...fields, csrf: 'x' }, cookie],
    ['/dead-letters/discard', { ...fields, csrf: '' }, cookie],
    ['/dead-letters/replay', fields, ''],
  ] as const) {
    expect((await submit(origin, path, wrong, sent)).status).toBe(403);
  }
  expect((await fetch(`${origin}/dead-letters/replay?id=${first}`)).status).toBe(404);
  expect(await letters()).toHaveLength(2);

  const replayed = await submit(origin, '/dead-letters/replay', fields, cookie);
  expect([replayed.status, replayed.headers.get('location')]).toEqual([303, '/dead-letters?outcome=replayed']);
  expect(await letters()).toEqual([second]);
  const unexplained = await submit(origin, '/dead-letters/discard', { ...fields, id: second!, reason: ' ' }, cookie);
  expect(unexplained.headers.get('location')).toBe('/dead-letters?outcome=reason');
  await submit(origin, '/dead-letters/discard', { ...fields, id: second! }, cookie);
  expect(await letters()).toEqual([]);
  expect(readable(await get('/dead-letters?state=discarded'))).toContain('a test order');
  const again = await submit(origin, '/dead-letters/replay', { ...fields, id: '999999' }, cookie);
  expect(again.headers.get('location')).toBe('/dead-letters?outcome=not_found');
});

test('unknown addresses are 404, an unknown order or event too', async () => {
  const { origin } = await open();
  for (const path of [
    '/nothing',
    '/orders',
    '/orders/main',
    '/orders/main/1/2',
    '/orders/other/1',
    '/events/999999',
    '/events/%',
    '/assets/../x',
  ])
    expect([path, (await fetch(`${origin}${path}`)).status]).toEqual([path, 404]);
});

test('open pages are told when something changed, in a bounded number, until the end', async () => {
  const { origin, clock, store, endStreams } = await open();
  const abort = new AbortController();
  const streams = await Promise.all(Array.from({ length: 20 }, () => fetch(`${origin}/live`, { signal: abort.signal })));
  expect(streams[0]!.headers.get('content-type')).toBe('text/event-stream');
  expect((await fetch(`${origin}/live`)).status).toBe(503);
  const reader = streams[0]!.body!.getReader();
  const decode = async () => new TextDecoder().decode((await reader.read()).value);
  expect(await decode()).toBe('retry: 5000\n\n');
  const [letter] = await store.listDeadLetters({ limit: 1 });
  await store.discardDeadLetters({ ids: [letter!.id] }, 'why', NOW);
  await clock.advance(3_000);
  expect(await decode()).toBe('event: change\ndata: \n\n');
  // Nothing happened, but times go on.
  await clock.advance(15_000);
  expect(await decode()).toBe('event: change\ndata: \n\n');
  endStreams();
  expect((await reader.read()).done).toBe(true);
  expect((await fetch(`${origin}/live`)).status).toBe(503);
  abort.abort();
});
