/** The control API and the page: the sandbox for people and other processes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { handClock } from '../clock.ts';
import { at, type Json } from './client.ts';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ clock: handClock() });
});
afterEach(() => sandbox.close());

async function call(path: string, body?: object): Promise<{ status: number; body: Json }> {
  const answer = await fetch(`${sandbox.origin}/_sandbox/${path}`, {
    ...(body ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
  });
  return { status: answer.status, body: (await answer.json()) as Json };
}

describe('the control API', () => {
  it('does to orders what code can', async () => {
    const { body: created } = await call('orders', { lines: [{ variant: 'MS-M', quantity: 2 }], shipping: { price: '5' }, tags: ['a'] });
    expect(created).toMatchObject({ name: '#1001', total: '34.90', financialStatus: 'PAID', tags: ['a'] });
    const id = String(at(created, 'id'));
    const lineId = String(at(created, 'lines.0.id'));
    expect((await call(`orders/${id}/edit`, { add: [{ variant: 'TM-1' }] })).body).toMatchObject({
      total: '58.90',
      outstanding: '24.00',
      edited: true,
    });
    expect((await call('orders/%231001/pay', {})).body).toMatchObject({ outstanding: '0.00', received: '58.90' });
    expect((await call(`orders/${id}/tags`, { add: ['b'], remove: ['a'] })).body).toMatchObject({ tags: ['b'] });
    const { body: refunded } = await call(`orders/${id}/refund`, { lines: [{ lineId, quantity: 1 }], pending: true });
    expect(at(refunded, 'refunds.0.transactions')).toEqual([{ status: 'PENDING', amount: '14.95' }]);
    const refundId = String(at(refunded, 'refunds.0.id'));
    expect((await call(`orders/${id}/settle-refund`, { refundId })).body).toMatchObject({
      refunded: '14.95',
      financialStatus: 'PARTIALLY_REFUNDED',
    });
    expect((await call(`orders/${id}/cancel`, {})).body).toMatchObject({ cancelled: true, currentTotal: '0.00' });
    expect((await call('orders')).body).toHaveLength(1);
    expect((await call(`orders/${id}/delete`, {})).body).toEqual({ deleted: true });
    expect((await call(`orders/${id}`)).status).toBe(404);
  });

  it('makes varied orders, installs and uninstalls, sets scopes and faults', async () => {
    expect((await call('orders/random', { count: 3 })).body).toHaveLength(3);
    await call('uninstall', {});
    expect((await call('state')).body).toMatchObject({ installed: false, orders: 3, scopes: expect.arrayContaining(['read_orders']) });
    await call('install', {});
    await call('scopes', { scopes: ['read_orders'] });
    expect((await call('state')).body).toMatchObject({ installed: true, scopes: ['read_orders'] });
    await call('faults', { converge: { error500: 1 }, shopify: { error500: 1 }, bucket: { maximum: 10 }, searchLagMs: 5 });
    expect((await fetch(sandbox.convergeUrl, { method: 'POST' })).status).toBe(500);
    expect((await fetch(`${sandbox.origin}/admin/oauth/access_token`, { method: 'POST' })).status).toBe(500);
    expect(sandbox.shopify.throttleStatus().maximumAvailable).toBe(10);
    expect((await call('received')).body).toMatchObject({ counts: { requests: 1 }, received: [{ status: 500 }] });
    await call('received/clear', {});
    expect((await call('received')).body).toMatchObject({ counts: { requests: 0 } });
    expect((await call('deliveries')).body).toEqual([]);
  });

  it('explains what cannot be done', async () => {
    expect((await call('orders', { lines: [{ variant: 'no' }] })).body).toMatchObject({ error: expect.stringContaining('does not sell') });
    expect((await call('orders/1/edit', {})).status).toBe(404);
    expect((await call('nonsense')).status).toBe(404);
    expect((await call('orders/a/b/c', {})).status).toBe(404);
  });

  it('is closed to other hosts and to what a web page could send', async () => {
    const form = await fetch(`${sandbox.origin}/_sandbox/uninstall`, { method: 'POST', body: 'x' });
    expect(form.status).toBe(415);
    expect((await call('state')).body).toMatchObject({ installed: true });
  });
});

it('says so when the port is taken', async () => {
  await expect(startSandbox({ port: Number(new URL(sandbox.origin).port) })).rejects.toThrow('is taken');
});

describe('the page', () => {
  it('lists orders and events, and shows hostile text as text', async () => {
    sandbox.shop.createOrder({ email: '<script>alert(1)</script>', sourceName: '"><img>' });
    const body = JSON.stringify({ event_name: '<b>x</b>', event_id: '1' });
    await fetch(sandbox.convergeUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const answer = await fetch(sandbox.origin);
    const html = await answer.text();
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).toContain('#35;1001'.replace('#35;', '#'));
    expect(html).toContain('&#60;script&#62;');
    expect(html).not.toMatch(/<script|<img|<b>/);
  });
});
