/** The audit against a shop in which things were lost, deleted and made behind our back: every order is counted or named. */
import { describe, expect, it } from 'vitest';
import { audit } from '../../src/audit/audit.ts';
import type { AuditReport } from '../../src/audit/report.ts';
import { claimDue, dead, MINUTE, SHOP, T0 } from '../store/fixture.ts';
import { DAY, startShop } from './running.ts';

const totals = ({ days }: AuditReport) => ({
  shopify: days.reduce((sum, { shopify }) => sum + (shopify ?? 0), 0),
  accounted: days.reduce((sum, { accounted }) => sum + accounted, 0),
  difference: days.reduce((sum, { difference }) => sum + Math.abs(difference), 0),
});

const named = ({ findings }: AuditReport) => findings.map(({ name, kind, explained }) => [name, kind, explained]);

/** A shop whose 40 orders of the last five days are accounted for. */
async function settled(options: Parameters<typeof startShop>[0] = {}) {
  const run = await startShop(options);
  run.sandbox.generateOrders(40, 3, T0 - 5 * DAY, T0 - 60 * MINUTE);
  await run.catchUp();
  await run.deliver();
  return run;
}

describe('an audit', () => {
  it('of a shop in which nothing went wrong finds every order, whatever became of it', async () => {
    const run = await settled();
    const report = await run.audit();
    expect(report).toMatchObject({
      ok: true,
      error: null,
      findings: [],
      since: '2026-11-15',
      until: '2026-11-20',
      timeZone: 'Europe/Berlin',
    });
    expect(totals(report)).toEqual({ shopify: 40, accounted: 40, difference: 0 });
    expect(report.days.map(({ day }) => day)).toEqual(['15', '16', '17', '18', '19', '20'].map((day) => `2026-11-${day}`));
    const outcomes = report.days.flatMap(({ rows }) => rows.map(({ outcome, reason }) => `${outcome}:${reason}`));
    expect(new Set(outcomes)).toContain('excluded:channel:pos');
    expect(new Set(outcomes)).toContain('delivered:null');
  });

  it('names the order nobody told of, marks it due, and finds it accounted for the next time', async () => {
    const run = await settled();
    const lost = run.sandbox.shop.createOrder({}, { at: T0 - 2 * DAY });
    const report = await run.audit();
    expect(report.ok).toBe(false);
    expect(named(report)).toEqual([[lost.name, 'missing', false]]);
    expect(report.days.filter(({ difference }) => difference !== 0)).toEqual([
      expect.objectContaining({ day: '2026-11-18', difference: 1 }),
    ]);

    const meanwhile = await run.audit();
    expect(meanwhile.ok).toBe(true);
    expect(meanwhile.days.find(({ day }) => day === '2026-11-18')).toMatchObject({ difference: 0, unread: 1 });
    await run.read();
    await run.deliver();
    expect(totals(await run.audit())).toEqual({ shopify: 41, accounted: 41, difference: 0 });
  });

  it('is not fooled by one order too many and one too few on the same day', async () => {
    const run = await settled();
    const [victim] = run.sandbox.shop.orders();
    run.sandbox.shop.deleteOrder(victim!.id);
    const added = run.sandbox.shop.createOrder({}, { at: victim!.createdAt + 1_000 });
    const report = await run.audit();
    expect(totals(report).difference).toBe(0);
    expect(report.ok).toBe(false);
    expect(named(report).sort()).toEqual(
      [
        [victim!.name, 'not_in_shopify', false],
        [added.name, 'missing', false],
      ].sort(),
    );
  });

  it('explains an order deleted in Shopify once that is recorded', async () => {
    const run = await settled();
    const [victim] = run.sandbox.shop.orders();
    run.sandbox.shop.deleteOrder(victim!.id);
    expect(named(await run.audit())).toEqual([[victim!.name, 'not_in_shopify', false]]);
    for (let minute = 0; minute < 12; minute += 1) {
      await run.clock.advance(MINUTE);
      await run.read();
    }
    const report = await run.audit();
    expect(report).toMatchObject({ ok: true, findings: [] });
    expect(report.days.reduce((sum, { gone }) => sum + gone, 0)).toBe(1);
    expect(totals(report)).toEqual({ shopify: 39, accounted: 39, difference: 0 });
  });

  it('leaves the last seconds to the next audit, and takes what is on its way for that', async () => {
    const run = await settled();
    const now = run.clock.now();
    const onItsWay = run.sandbox.shop.createOrder({}, { at: now - 10_000 });
    run.sandbox.shop.createOrder({}, { at: now - 1_000 });
    run.sandbox.shop.createOrder({}, { at: now });
    const report = await run.audit();
    expect(named(report)).toEqual([[onItsWay.name, 'in_flight', true]]);
    expect(report).toMatchObject({ ok: true, endAt: now - 2_000 });
    expect(totals(report).shopify).toBe(41);
  });

  it('takes for there what search does not list yet but Shopify has', async () => {
    const run = await settled();
    run.sandbox.shopify.setSearchLag(60 * MINUTE);
    const hidden = run.sandbox.shop.createOrder({}, { at: run.clock.now() - 30 * MINUTE });
    await run.store.markAgain(SHOP, [hidden.id], run.clock.now());
    await run.read();
    await run.deliver();
    const report = await run.audit();
    expect(report).toMatchObject({ ok: true, findings: [] });
    expect(totals(report)).toEqual({ shopify: 41, accounted: 41, difference: 0 });
  });

  it('says which orders changed since they were read, and has them read again', async () => {
    const run = await settled();
    const [order] = run.sandbox.shop.orders();
    await run.clock.advance(MINUTE);
    run.sandbox.shop.addTags(order!.id, ['later']);
    expect(named(await run.audit())).toEqual([[order!.name, 'changed', true]]);
    await run.read();
    expect(named(await run.audit())).toEqual([]);
  });

  it('compares a day of many orders by number, and each order when asked or when the numbers differ', async () => {
    const run = await startShop();
    run.sandbox.generateOrders(320, 3, T0 - 2 * DAY, T0 - 2 * DAY + 60 * MINUTE);
    await run.catchUp();
    await run.deliver();
    const byNumber = await run.audit({ since: '2026-11-18', until: '2026-11-18' });
    expect(byNumber.days).toEqual([expect.objectContaining({ shopify: 320, accounted: 320, orderByOrder: false })]);
    const each = await run.audit({ since: '2026-11-18', until: '2026-11-18', everyOrder: true });
    expect(each.days).toEqual([expect.objectContaining({ shopify: 320, accounted: 320, orderByOrder: true })]);
    const lost = run.sandbox.shop.createOrder({}, { at: T0 - 2 * DAY });
    expect(named(await run.audit({ since: '2026-11-18', until: '2026-11-18' }))).toEqual([[lost.name, 'missing', false]]);
  });

  it('counts what is outside the window as excluded and history that is still to come as pending, named by no one', async () => {
    const run = await startShop({ absence: (createdAt) => (createdAt < T0 - 4 * DAY ? 'before_window' : 'history') });
    run.sandbox.generateOrders(20, 3, T0 - 8 * DAY, T0 - 60 * MINUTE);
    const report = await run.audit({ since: '2026-11-12' });
    expect(report).toMatchObject({ ok: true, findings: [] });
    const outside = report.days.reduce((sum, { beforeWindow }) => sum + beforeWindow, 0);
    const coming = report.days.reduce((sum, { history }) => sum + history, 0);
    expect([outside > 0, coming > 0, outside + coming]).toEqual([true, true, 20]);
    expect(report.days.flatMap(({ outcomes }) => Object.keys(outcomes)).every((outcome) => /excluded|pending/.test(outcome))).toBe(true);
  });

  it('says what a token without read_all_orders sees, and compares no other day', async () => {
    const scopes = ['read_orders', 'read_customers', 'read_products'];
    const run = await startShop({ scopes, sandbox: { scopes } });
    run.sandbox.generateOrders(10, 3, T0 - 70 * DAY, T0 - 65 * DAY);
    const report = await run.audit({ since: '2026-09-10', until: '2026-09-30' });
    expect(report.ok).toBe(true);
    const unseen = report.days.filter(({ shopify }) => shopify === null).map(({ day }) => day);
    expect([unseen[0], unseen.at(-1)]).toEqual(['2026-09-10', '2026-09-21']);
    expect(report.notes).toEqual([expect.stringMatching(/60 days.*2026-09-10 to 2026-09-21.*read_all_orders/)]);
  });

  it('tells pending from dead', async () => {
    const run = await startShop();
    for (const minutes of [90, 80]) run.sandbox.shop.createOrder({ sourceName: 'web' }, { at: T0 - minutes * MINUTE });
    await run.catchUp();
    const now = run.clock.now();
    const [claim] = await run.store.claimLanes({ store: SHOP, destination: 'converge', limit: 1, now, leaseMs: 1, eventsPerLane: 1 });
    await run.store.settle(claim!, [{ event: claim!.events[0]!, settlement: dead }], now);
    const report = await run.audit({ since: '2026-11-20' });
    expect(report.ok).toBe(true);
    expect(report.days[0]?.outcomes).toEqual({ dead: 1, pending: 1 });
  });

  it('counts an order that could not be read and was set aside as dead, one that was given up as discarded', async () => {
    const run = await startShop();
    const [first, second] = [90, 80].map((minutes) => run.sandbox.shop.createOrder({}, { at: T0 - minutes * MINUTE }));
    await run.store.markAgain(SHOP, [first!.id, second!.id], T0);
    for (const claim of await claimDue(run.store, T0))
      await run.store.failDueOrder(claim, { againAt: null, error: 'SYNC_NOT_DERIVED', now: T0 });
    await run.store.discardDeadLetters({ ids: [`order:${second!.id}`] }, 'no need', T0);
    const report = await run.audit({ since: '2026-11-20' });
    expect(report).toMatchObject({ ok: true, findings: [] });
    expect(report.days[0]?.outcomes).toEqual({ dead: 1, discarded: 1 });
  });

  it('refuses days that have not begun, days in the wrong order and a store never connected', async () => {
    const run = await startShop();
    await expect(run.audit({ since: '2026-11-21' })).rejects.toMatchObject({ code: 'AUDIT_SPAN' });
    await expect(run.audit({ since: '2026-11-19', until: '2026-11-18' })).rejects.toMatchObject({ code: 'AUDIT_SPAN' });
  });

  it('of a store never connected says so', async () => {
    const { clock, shopify, store } = await startShop();
    const options = { storeName: 'other', store, shopify, upsellDelayMs: 0, absence: async () => () => null, clock };
    await expect(audit(options, { since: '2026-11-20' })).rejects.toMatchObject({ code: 'AUDIT_NOT_CONNECTED' });
  });
});
