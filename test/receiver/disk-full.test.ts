/** The disk fills up while webhooks come in: 503 for what was not written, nothing half written, and all of it in the end. */
import { expect, test } from 'vitest';
import { diskWithStore } from '../store/disk.ts';
import { rows } from '../store/fixture.ts';
import { headersFor, startReceiver } from './running.ts';

const webhook = (id: number) => {
  const body = JSON.stringify({ id, created_at: '2026-11-20T11:58:00Z' });
  return { id: String(id), body, headers: headersFor(body) };
};

test.each([0, 1, 3])('with room for %i pages more', async (room) => {
  const { store, fill, empty } = await diskWithStore();
  const { server, post, lines } = await startReceiver({ store });
  const webhooks = Array.from({ length: 400 }, (_, index) => webhook(index + 1));
  const answers = new Map<string, number>();
  const send = async (some: typeof webhooks) => {
    await Promise.all(some.map(async ({ id, body, headers }) => answers.set(id, (await post(body, headers)).status)));
  };
  const answered = (status: number) => [...answers].filter(([, got]) => got === status).map(([id]) => id);
  const written = () => ({
    receipts: rows<{ id: string }>(store, 'select order_id id from webhook_receipts').map(({ id }) => id),
    due: rows<{ id: string }>(store, 'select order_id id from due_orders').map(({ id }) => id),
  });

  await send(webhooks.slice(0, 40));
  fill(room);
  for (let at = 40; at < webhooks.length; at += 20) await send(webhooks.slice(at, at + 20));
  expect(answered(503).length).toBeGreaterThan(0);
  expect(answered(200).length + answered(503).length).toBe(webhooks.length);
  const { receipts, due } = written();
  expect(receipts.toSorted()).toEqual(answered(200).toSorted());
  expect(due.toSorted()).toEqual(receipts.toSorted());
  expect(lines.find(({ level }) => level === 'warn')).toMatchObject({ code: 'STORE_FULL', msg: expect.stringContaining('disk') });

  empty();
  // Shopify sends again what was not answered with 200, under the same delivery id.
  await send(webhooks.filter(({ id }) => answers.get(id) === 503));
  expect(answered(200)).toHaveLength(webhooks.length);
  expect(written().receipts).toHaveLength(webhooks.length);
  await server.close(0);
});
