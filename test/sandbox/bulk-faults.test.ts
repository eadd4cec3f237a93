/** What goes wrong with bulk operations when asked to. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { handClock, type HandClock } from '../clock.ts';
import { ORDERS, bulkClient } from './bulk-client.ts';
import { at } from './client.ts';

const DAY_MS = 86_400_000;
const ORDERS_MADE = 40;

let clock: HandClock;
let sandbox: Sandbox;
let client: ReturnType<typeof bulkClient>;
beforeEach(async () => {
  clock = handClock();
  sandbox = await startSandbox({ clock, orders: ORDERS_MADE });
  client = bulkClient(sandbox, clock);
});
afterEach(() => sandbox.close());

const rootsOf = async (url: string | null | undefined): Promise<number> =>
  (await client.rows(url)).filter((row) => row.__parentId === undefined).length;

describe('faults of operations', () => {
  it('fail with partial data', async () => {
    sandbox.shopify.bulk.setFaults({ failAfterOrders: 12 });
    const failed = await client.run(ORDERS);
    expect(failed).toMatchObject({ status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR', url: null, rootObjectCount: '12' });
    expect(await rootsOf(failed['partialDataUrl'])).toBe(12);
  });

  it('fail before anything was written', async () => {
    sandbox.shopify.bulk.setFaults({ failAfterOrders: 0 });
    expect(await client.run(ORDERS)).toMatchObject({ status: 'FAILED', url: null, partialDataUrl: null });
  });

  it('cancel on their own', async () => {
    sandbox.shopify.bulk.setFaults({ cancelAfterOrders: 5 });
    expect(await client.run(ORDERS)).toMatchObject({ status: 'CANCELED', errorCode: null, url: null, rootObjectCount: '5' });
  });

  it('time out above a number of orders', async () => {
    sandbox.shopify.bulk.setFaults({ timeoutAboveOrders: ORDERS_MADE - 1 });
    expect(await client.run(ORDERS)).toMatchObject({ status: 'FAILED', errorCode: 'TIMEOUT' });
    sandbox.shopify.bulk.setFaults({ timeoutAboveOrders: ORDERS_MADE });
    expect(await client.run(ORDERS)).toMatchObject({ status: 'COMPLETED' });
  });

  it('leave orders out while the count has them', async () => {
    sandbox.shopify.bulk.setFaults({ missing: { every: 10, places: [0], counted: true } });
    const done = await client.run(ORDERS);
    expect(done).toMatchObject({ status: 'COMPLETED', rootObjectCount: '40' });
    const rows = await client.rows(done['url']);
    expect(rows.filter((row) => !row.__parentId)).toHaveLength(35);
    const ids = new Set(rows.map(({ id }) => id));
    expect(rows.filter((row) => row.__parentId && !ids.has(row.__parentId))).toEqual([]);
    sandbox.shopify.bulk.setFaults(null);
    expect((await client.run(ORDERS))['objectCount']).toBe(done['objectCount']);
  });

  it('leave orders out of file and count, so that only ordersCount knows', async () => {
    sandbox.shopify.bulk.setFaults({ missing: { places: [3], counted: false } });
    const done = await client.run(ORDERS);
    expect([done['status'], done['rootObjectCount'], await rootsOf(done['url'])]).toEqual(['COMPLETED', '39', 39]);
    expect(done['objectCount']).toBe(String((await client.rows(done['url'])).length));
    expect(at(await client.ask('{ ordersCount(limit: null) { count precision } }'), 'data.ordersCount')).toEqual({
      ...{ count: ORDERS_MADE, precision: 'EXACT' },
    });
  });

  it('leave lines of orders out', async () => {
    const whole = Number((await client.run(ORDERS))['objectCount']);
    sandbox.shopify.bulk.setFaults({ missingChildrenEvery: 7 });
    const done = await client.run(ORDERS);
    expect([done['rootObjectCount'], Number(done['objectCount'])]).toEqual(['40', whole - Math.floor((whole - 40) / 7)]);
  });

  it('never finish, until they are cancelled or 10 days have passed', async () => {
    sandbox.shopify.bulk.setFaults({ neverFinishes: true });
    const first = await client.start(ORDERS);
    const second = await client.start(ORDERS);
    await client.settle();
    await clock.advance(9 * DAY_MS);
    expect(await client.poll(first.id)).toMatchObject({ status: 'RUNNING' });
    await client.cancel(first.id);
    await clock.advance(DAY_MS);
    expect(await client.poll(first.id)).toMatchObject({ status: 'CANCELED' });
    expect(await client.poll(second.id)).toMatchObject({ status: 'FAILED', errorCode: 'TIMEOUT' });
  });

  it('are chosen per operation', async () => {
    sandbox.shopify.bulk.setFaults(({ number, id, query }) => (number === 2 && id && query === ORDERS ? { failAfterOrders: 1 } : null));
    const statuses = [];
    for (let index = 0; index < 3; index += 1) statuses.push((await client.run(ORDERS))['status']);
    expect(statuses).toEqual(['COMPLETED', 'FAILED', 'COMPLETED']);
  });
});

describe('faults of downloads', () => {
  it('cut connections; a range goes on from there', async () => {
    const url = String((await client.run(ORDERS))['url']);
    const whole = await (await fetch(url)).text();
    sandbox.shopify.bulk.setDownloadFaults({ cutAfterBytes: 1_000, cuts: 2 });
    let had = Buffer.alloc(0);
    let tries = 0;
    for (; had.length < Buffer.byteLength(whole) && tries < 10; tries += 1) {
      const answer = await fetch(url, { headers: { range: `bytes=${had.length}-` } });
      expect(answer.status).toBe(206);
      const reader = answer.body?.getReader();
      try {
        for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) had = Buffer.concat([had, part.value]);
      } catch (error) {
        expect(String(error)).toContain('terminated');
      }
    }
    expect([tries, had.toString('utf8')]).toEqual([3, whole]);
  });

  it('let addresses expire, and ignore ranges', async () => {
    const url = String((await client.run(ORDERS))['url']);
    sandbox.shopify.bulk.setDownloadFaults({ expired: true });
    expect((await fetch(url)).status).toBe(400);
    sandbox.shopify.bulk.setDownloadFaults({ ignoresRange: true });
    expect((await fetch(url, { headers: { range: 'bytes=5-' } })).status).toBe(200);
    sandbox.shopify.bulk.setDownloadFaults(null);
    expect((await fetch(url, { headers: { range: 'bytes=5-' } })).status).toBe(206);
  });

  it('are set from outside as well', async () => {
    const post = (body: object) =>
      fetch(`${sandbox.origin}/_sandbox/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    await post({ bulk: { failAfterOrders: 1 }, download: { expired: true }, bulkPace: { baseMs: 1 } });
    const failed = await client.run(ORDERS);
    expect(failed['status']).toBe('FAILED');
    expect((await fetch(String(failed['partialDataUrl']))).status).toBe(400);
    await post({ bulk: null, download: null });
    expect((await client.run(ORDERS))['status']).toBe('COMPLETED');
    const listed = (await (await fetch(`${sandbox.origin}/_sandbox/bulk`)).json()) as unknown[];
    expect(listed).toMatchObject([{ status: 'COMPLETED', roots: ORDERS_MADE }, { status: 'FAILED' }]);
  });
});
