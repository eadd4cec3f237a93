/** An event that its destination makes no request of. */
import { expect, it } from 'vitest';
import { createConverge } from '../../src/destinations/converge/converge.ts';
import type { Destination } from '../../src/destinations/types.ts';
import { rig } from './setup.ts';

it('is put aside with the reason, nothing is sent, and others go on', async () => {
  const on = await rig();
  const converge = createConverge({ endpoint: on.endpoint.url });
  const picky: Destination = {
    ...converge,
    encode: (event) => (event.includes('refund-9') ? { kind: 'reject', reason: 'no key for refunds' } : converge.encode(event)),
  };
  await on.put('1', '1', 'refund-9');
  await on.put('2', '2');
  await on.again({ destination: picky }).tick(on.stop.signal);
  expect(on.endpoint.ids().toSorted()).toEqual(['1', '2']);
  expect(await on.states()).toEqual({ '1': 'delivered', 'refund-9': 'dead', '2': 'delivered' });
  expect(await on.store.getEvent('refund-9')).toMatchObject({
    event: { outcome: 'no key for refunds' },
    attempts: [{ status: null, answer: null, latencyMs: 0 }],
  });
});
