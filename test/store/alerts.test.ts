/** What warns early is about live traffic that still has a chance; alerts and audits are kept as they were saved. */
import { expect, test } from 'vitest';
import type { Alert, AuditRecord } from '../../src/store/types.ts';
import { claimDue, claimLanes, connected, dead, delivered, MINUTE, place, SHOP, signal, T0 } from './fixture.ts';

test('the oldest live event and live order, and since when an order fails; history, holds and dead letters warn of nothing', async () => {
  const store = await connected();
  const signs = (now = T0) => store.warningSigns(SHOP, now);
  const none = { oldestEventAt: null, oldestDueAt: null, failingSince: null };
  expect(await signs()).toEqual(none);

  const past = { orderId: 'h', createdAt: T0 - MINUTE, updatedAt: '2026-11-20T11:00:00Z', heldUntil: 0, lane: 'historical' as const };
  await store.markFound(SHOP, [past], T0);
  await store.acceptSignals([signal({ orderId: 'held', heldUntil: T0 + MINUTE })]);
  expect(await signs()).toEqual(none);
  expect(await signs(T0 + 2 * MINUTE)).toEqual({ ...none, oldestDueAt: T0 + MINUTE });

  await store.acceptSignals([signal({ orderId: 'f', receivedAt: T0 - 5 * MINUTE })]);
  expect(await signs()).toEqual({ ...none, oldestDueAt: T0 - 5 * MINUTE });
  const claim = (await claimDue(store, T0)).find(({ orderId }) => orderId === 'f');
  await store.failDueOrder(claim!, { againAt: T0 + MINUTE, error: 'SHOPIFY_UNREADABLE', now: T0 });
  expect(await signs()).toEqual({ ...none, failingSince: T0 });
  const again = (await claimDue(store, T0 + MINUTE)).find(({ orderId }) => orderId === 'f');
  await store.failDueOrder(again!, { againAt: null, error: 'SHOPIFY_UNREADABLE', now: T0 + MINUTE });
  expect(await signs()).toEqual(none);
});

test('an event warns until it is delivered or dead', async () => {
  const store = await connected();
  await place(store, '1');
  await place(store, '2', ['2'], T0 + MINUTE);
  const oldest = async () => (await store.warningSigns(SHOP, T0)).oldestEventAt;
  expect(await oldest()).toBe(T0);
  const [first, second] = await claimLanes(store, T0 + MINUTE);
  await store.settle(first!, [{ event: first!.events[0]!, settlement: delivered }], T0 + MINUTE);
  expect(await oldest()).toBe(T0 + MINUTE);
  await store.settle(second!, [{ event: second!.events[0]!, settlement: dead }], T0 + MINUTE);
  expect(await oldest()).toBeNull();
});

test('alerts and audits are replaced by their keys, and listed oldest first', async () => {
  const store = await connected();
  const alert = (more: Partial<Alert>): Alert => ({
    store: SHOP,
    kind: 'paused',
    subject: 'converge',
    openedAt: T0,
    summary: 'it is paused',
    details: { seconds: 1 },
    quietSince: null,
    overAt: null,
    toldAt: null,
    attempts: 0,
    nextAttemptAt: null,
    ...more,
  });
  const [one, two, other] = [alert({}), alert({ subject: 'convead', openedAt: T0 - 1 }), alert({ store: 'other', openedAt: T0 + 1 })];
  for (const each of [one, two, other]) await store.saveAlert(each);
  expect(await store.listAlerts()).toEqual([two, one, other]);
  const told = { ...one, toldAt: T0, summary: 'it is still paused' };
  await store.saveAlert(told);
  expect(await store.listAlerts(SHOP)).toEqual([two, told]);
  await store.removeAlert(two);
  expect(await store.listAlerts(SHOP)).toEqual([told]);

  const audit: AuditRecord = {
    store: SHOP,
    at: T0,
    since: '2026-11-14',
    until: '2026-11-20',
    shopify: 3,
    accounted: 2,
    differing: 1,
    differingSince: T0,
    named: [{ orderId: '1', name: '#1', day: '2026-11-20', kind: 'missing' }],
  };
  expect(await store.lastAudit(SHOP)).toBeNull();
  await store.saveAudit(audit);
  await store.saveAudit({ ...audit, at: T0 + 1, differing: 0, differingSince: null, named: [] });
  expect(await store.lastAudit(SHOP)).toEqual({ ...audit, at: T0 + 1, differing: 0, differingSince: null, named: [] });
});
