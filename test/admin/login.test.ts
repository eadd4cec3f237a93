/** Logging in, and forms that only our own pages can send. */
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { createSessions } from '../../src/admin/session.ts';
import { handClock } from '../clock.ts';
import { startAdmin } from './running.ts';

type Running = Awaited<ReturnType<typeof startAdmin>>;
let running: Running | null = null;
const PASSWORD = 'correct horse: 🐎';
const HOUR = 3_600_000;

async function start(password: string | undefined = PASSWORD): Promise<Running> {
  return (running = await startAdmin(password === '' ? {} : { password }));
}

afterEach(async () => {
  await running?.server.close(0);
  running = null;
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${running?.origin}${path}`, { headers: { accept: 'text/html', ...headers }, redirect: 'manual' });

const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${running?.origin}${path}`, { method: 'POST', body: new URLSearchParams(form), headers, redirect: 'manual' });

const cookieOf = (response: Response) => response.headers.get('set-cookie')?.split(';')[0] ?? '';
const csrfOf = (page: string) => /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';

async function logIn(): Promise<{ cookie: string; csrf: string }> {
  const cookie = cookieOf(await post('/login', { password: PASSWORD }));
  return { cookie, csrf: csrfOf(await (await get('/', { cookie })).text()) };
}

describe('logging in', () => {
  test('a browser is sent to the log-in page and, with the right password, back to where it wanted to go', async () => {
    const { lines } = await start();
    const first = await get('/?a=1');
    expect([first.status, first.headers.get('location')]).toEqual([303, '/login?next=%2F%3Fa%3D1']);
    const page = await get('/login?next=%2F%3Fa%3D1');
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*form-action 'self'; frame-ancestors 'none'$/);
    expect(await page.text()).toContain('action="/login?next=%2F%3Fa%3D1"');

    const wrong = await post('/login', { password: 'wrong horse' });
    expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([401, null]);
    expect(await wrong.text()).not.toContain('wrong horse');

    const right = await post('/login?next=%2F%3Fa%3D1', { password: PASSWORD });
    expect([right.status, right.headers.get('location')]).toEqual([303, '/?a=1']);
    expect(right.headers.get('set-cookie')).toMatch(/^shopify_converge_session=[\w.-]+; Path=\/; HttpOnly; SameSite=Strict$/);
    expect((await get('/', { cookie: cookieOf(right) })).status).toBe(200);
    expect((await get('/metrics', { cookie: cookieOf(right) })).status).toBe(200);
    expect(lines).toEqual([]);
  });

  test.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/a\r\nset-cookie: a=b',
    '/\t/evil.example',
  ])('never leads to another site: %j', async (next) => {
    await start();
    const right = await post(`/login?next=${encodeURIComponent(next)}`, { password: PASSWORD });
    expect([right.status, right.headers.get('location')]).toEqual([303, '/']);
  });

  test('behind a proxy that ends TLS the cookie is for https only', async () => {
    await start();
    const right = await post('/login', { password: PASSWORD }, { 'x-forwarded-proto': 'https' });
    expect(right.headers.get('set-cookie')).toMatch(/; Secure$/);
  });

  test('ten wrong passwords are looked at in a minute, by the page and by Basic together; who is in stays in', async () => {
    const { clock } = await start();
    const { cookie } = await logIn();
    const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`x:${password}`).toString('base64')}` });
    for (let tries = 0; tries < 5; tries += 1) {
      expect((await post('/login', { password: `${tries}` })).status).toBe(401);
      expect((await get('/', { ...basic(`${tries}`), accept: '*/*' })).status).toBe(401);
    }
    expect((await post('/login', { password: PASSWORD })).status).toBe(429);
    expect((await get('/metrics', basic(PASSWORD))).status).toBe(429);
    expect((await get('/', { cookie })).status).toBe(200);
    await clock.advance(60_000);
    expect((await post('/login', { password: PASSWORD })).status).toBe(303);
  });

  test('without a password there is no log-in', async () => {
    await start('');
    expect((await get('/login')).status).toBe(404);
    const page = await get('/');
    expect(page.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict$/);
    expect(await page.text()).not.toContain('Log out');
  });
});

describe('forms', () => {
  test('of a page of the session are taken', async () => {
    await start();
    const { cookie, csrf } = await logIn();
    const out = await post('/logout', { csrf }, { cookie, 'sec-fetch-site': 'same-origin' });
    expect([out.status, out.headers.get('location')]).toEqual([303, '/']);
    expect(out.headers.get('set-cookie')).toMatch(/^shopify_converge_session=; Path=\/; Max-Age=0/);
  });

  test('are refused without the session, without its token, with that of another, and from another site', async () => {
    await start();
    const { cookie, csrf } = await logIn();
    const other = await logIn();
    expect(other.csrf).not.toBe(csrf);
    const basic = { authorization: `Basic ${Buffer.from(`x:${PASSWORD}`).toString('base64')}` };
    const refused = [
      post('/logout', { csrf }),
      post('/logout', { csrf }, basic),
      post('/logout', {}, { cookie }),
      post('/logout', { csrf: other.csrf }, { cookie }),
      post('/logout', { csrf }, { cookie, 'sec-fetch-site': 'cross-site' }),
      post('/logout', { csrf }, { cookie, 'sec-fetch-site': 'same-site' }),
    ];
    for (const response of await Promise.all(refused)) expect([response.status, response.headers.get('set-cookie')]).toEqual([403, null]);
    const json = await fetch(`${running?.origin}/logout`, { method: 'POST', headers: { cookie }, body: JSON.stringify({ csrf }) });
    expect(json.status).toBe(415);
    expect((await post('/logout', { csrf, filler: 'x'.repeat(70_000) }, { cookie })).status).toBe(413);
    expect((await post('/constructor', { csrf }, { cookie })).status).toBe(405);
  });

  test('need their token on a port without a password too', async () => {
    await start('');
    const cookie = cookieOf(await get('/'));
    expect((await post('/logout', {}, { cookie })).status).toBe(403);
  });
});

describe('sessions', () => {
  test('end after twelve hours, and when the clock was set back to before they began', () => {
    const clock = handClock();
    const began = clock.now();
    const sessions = createSessions(clock, randomBytes);
    const { session, cookie } = sessions.begin(false);
    const header = `a=b; ${cookie.split(';')[0]}; c=d`;
    expect(sessions.find(header)).toEqual(session);
    clock.set(began + 12 * HOUR - 1);
    expect(sessions.find(header)).toEqual(session);
    clock.set(began + 12 * HOUR);
    expect(sessions.find(header)).toBeNull();
    clock.set(began - HOUR);
    expect(sessions.find(header)).toBeNull();
    expect(createSessions(handClock(began), randomBytes).find(header)).toBeNull();
  });

  test('a cookie of which one character was changed is none', () => {
    const sessions = createSessions(handClock(), randomBytes);
    const value = sessions.begin(false).cookie.split(';')[0]?.split('=')[1] ?? '';
    // Not the very last one: two bits of it are padding.
    const place = fc.integer({ min: 0, max: value.length - 2 });
    fc.assert(
      fc.property(place, fc.constantFrom(...'aB3-_.=; '), (at, character) => {
        fc.pre(value[at] !== character);
        expect(sessions.find(`shopify_converge_session=${value.slice(0, at)}${character}${value.slice(at + 1)}`)).toBeNull();
      }),
    );
  });
});
