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

test('says not ready and why, of every store', async () => {
  const { origin, state } = await start({ names: ['main', 'second'] });
  state.rows.main = row({ state: 'disconnected', stateReason: 'The app was uninstalled. Run connect.' });
  state.rows.second = null;
  state.destination = { pausedAt: NOW - 1_000, reason: 'Converge answered 401', probeAt: NOW + 120_000 };
  state.counts = counts({ blocked: 2, changedAfterSending: [{ currency: 'EUR', orders: 4, difference: '12.50', youngest: [] }] });
  const page = (await (await fetch(`${origin}/`)).text()).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
  for (const part of [
    'Not ready',
    'store second is not connected yet',
    'The app was uninstalled. Run connect.',
    'never connected',
    'paused: Converge answered 401 , next try in 2 min',
    'changed after sending 4, by 12.50 EUR in all',
    '2 blocked behind',
  ]) {
    expect(page).toContain(part);
  }
});

test('runs under its own content security policy: what comes from here and nothing else', async () => {
  const { origin } = await start();
  const response = await fetch(`${origin}/`);
  const page = await response.text();
  expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const assets = [...page.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
  expect(assets).toHaveLength(3);
  for (const path of assets) {
    const asset = await fetch(`${origin}${path}`);
    expect([asset.status, asset.headers.get('cache-control')]).toEqual([200, expect.stringContaining('immutable')]);
    expect((await asset.text()).length).toBeGreaterThan(100);
  }
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
