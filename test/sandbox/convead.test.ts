/** The Convead endpoint: what it takes, what it refuses, and what it counts. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { handClock } from '../clock.ts';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ clock: handClock() });
});
afterEach(() => sandbox.close());

const uids = { app_key: 'key', visitor_uid: '77', guest_uid: '' };
const data = {
  ...uids,
  type: 'purchase',
  domain: 'shop.example',
  host: 'shop.example',
  url: 'https://shop.example/',
  properties: { order_id: '1', revenue: 9.5, items: [{ product_id: '7', qnt: 1, price: 9.5 }] },
  visitor_info: { email: 'ada@example.com' },
  attributes: {},
};
const refund = { ...data, type: 'custom', properties: { key: 'refund', order_id: '1', refund_id: '5', amount: 9.5 } };
const without = (key: string) => Object.fromEntries(Object.entries(data).filter(([name]) => name !== key));

function post(body: string | object, headers: Record<string, string> = {}): Promise<Response> {
  const form = typeof body === 'string' ? body : new URLSearchParams({ ...uids, data: JSON.stringify(body) }).toString();
  return fetch(sandbox.conveadUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: form,
  });
}

describe('the endpoint', () => {
  it('takes a form and remembers it', async () => {
    expect(sandbox.conveadUrl).toBe(`${sandbox.origin}/watch/event`);
    expect((await post(data)).status).toBe(200);
    expect(sandbox.convead.received()).toMatchObject([{ at: Date.parse('2026-11-20T12:00:00Z'), status: 200, accepted: true }]);
    expect(sandbox.convead.events()).toEqual([data]);
    expect(sandbox.converge.counts().requests).toBe(0);
  });

  const form = (more: object) => new URLSearchParams({ ...uids, data: JSON.stringify(data), ...more }).toString();
  const changed = (properties: object) => ({ ...data, properties: { ...data.properties, ...properties } });
  it.each([
    ['what is not encoded', `app_key=key&visitor_uid=77&guest_uid=&data=${JSON.stringify(data)}`, 'no form'],
    ['a field twice', `${form({})}&app_key=key`, 'twice'],
    ['half an encoding', 'app_key=%E0%A4%A', 'no form'],
    ['a form without guest_uid', new URLSearchParams({ app_key: 'key', visitor_uid: '77', data: '{}' }).toString(), 'guest_uid'],
    ['a field too many', form({ event: 'x' }), 'body'],
    ['no app key', form({ app_key: '' }), 'app_key'],
    ['nobody', form({ visitor_uid: '' }), 'visitor_uid'],
    ['uids that differ', form({ guest_uid: 'g' }), 'differ'],
    ['data that is no JSON', form({ data: 'x' }), 'data'],
    ['data without a type', without('type'), 'data.type'],
    ['data without a domain', without('domain'), 'data.domain'],
    ['data without attributes', without('attributes'), 'data.attributes'],
    ['data without a url', { ...data, url: 'shop.example' }, 'data.url'],
    ['a field of data too many', { ...data, revenue: 1 }, 'data'],
    ['an empty value of the visitor', { ...data, visitor_info: { phone: '' } }, 'data.visitor_info.phone'],
    ['a type it does not have', { ...data, type: 'order' }, 'data.type'],
    ['revenue as text', changed({ revenue: '9.5' }), 'data.properties.revenue'],
    ['a purchase without its id', changed({ order_id: undefined }), 'data.properties.order_id'],
    ['quantity 0', changed({ items: [{ product_id: '7', qnt: 0, price: 1 }] }), 'data.properties.items.0.qnt'],
    ['a custom event without key', { ...data, type: 'custom' }, 'data.properties.key'],
  ])('refuses %s', async (_what, body, detail) => {
    const answer = await post(body);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain(detail);
    expect(sandbox.convead.counts()).toMatchObject({ requests: 1, events: 0, refused: 1 });
  });

  it('refuses JSON, other methods, and an unknown app key where one is set', async () => {
    expect((await post('{}', { 'content-type': 'application/json' })).status).toBe(400);
    expect((await fetch(sandbox.conveadUrl)).status).toBe(405);
    await sandbox.close();
    sandbox = await startSandbox({ conveadAppKey: 'other' });
    expect((await post(data)).status).toBe(401);
  });
});

describe('the count', () => {
  it('knows repeats, repeats that changed, and disorder', async () => {
    const mail = { ...data, type: 'mailto', properties: { email: 'a@b.example' } };
    for (const body of [refund, data, data, { ...data, title: 'x' }, mail, mail, refund]) await post(body);
    expect(sandbox.convead.counts()).toEqual({
      requests: 7,
      events: 3,
      byName: { custom: 1, purchase: 1, mailto: 1 },
      repeats: 4,
      changedRepeats: 1,
      outOfOrder: 1,
      refused: 0,
    });
  });
});

describe('faults and the control API', () => {
  const control = async (path: string, body?: object) =>
    (
      await fetch(`${sandbox.origin}/_sandbox/${path}`, {
        ...(body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      })
    ).json();

  it('concern Convead alone', async () => {
    await control('faults', { convead: { error500: 1 } });
    expect((await post(data)).status).toBe(500);
    expect((await fetch(sandbox.convergeUrl, { method: 'POST' })).status).toBe(400);
    expect(await control('convead')).toMatchObject({ counts: { requests: 1, events: 0 }, received: [{ status: 500 }] });
    sandbox.convead.setFaults(null);
    await post(data);
    const page = await (await fetch(sandbox.origin)).text();
    expect(page).toContain('Events received by Convead');
    expect(page).toContain(sandbox.conveadUrl);
    await control('convead/clear', {});
    expect(await control('state')).toMatchObject({ conveadUrl: sandbox.conveadUrl, convead: { requests: 0 }, converge: { requests: 1 } });
  });
});
