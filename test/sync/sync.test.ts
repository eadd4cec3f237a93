/** Sync: from a signal to the outbox, whatever the order of signals and whatever fails in between. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE, rows, SHOP, T0 } from '../store/fixture.ts';
import { DELAY_MS, order, startSync } from './running.ts';

const ids = (events: { eventId: string }[]) => events.map(({ eventId }) => eventId);
const refund = (id: string, amount: string, status = 'SUCCESS') => ({
  id,
  createdAt: new Date(T0 + MINUTE).toISOString(),
  processedAt: new Date(T0 + MINUTE).toISOString(),
  transactions: [{ kind: 'REFUND', status, amount }],
  lines: [],
  shipping: [],
});

describe('the upsell wait', () => {
  it('holds an order until its creation plus the delay, and sends what it is by then', async () => {
    const run = await startSync();
    run.shop.orders.set('1', order('1'));
    await run.webhook('orders/create', { id: '1', createdAt: new Date(T0).toISOString() });
    await run.pass(DELAY_MS - 1_000);
    expect(run.events()).toEqual([]);
    expect(run.shop.asked).toEqual([]);
    run.shop.orders.set('1', order('1', 0, { tags: ['upsold'] }));
    await run.pass(2_000);
    expect(run.events().map(({ properties }) => properties.tags)).toEqual([['upsold']]);
  });

  it('is not cut short by an edit or a refund that arrives before orders/create, and nothing is lost', async () => {
    const run = await startSync();
    const placed = order('1', 0, { refunds: [refund('9', '5.00')] });
    run.shop.orders.set('1', placed);
    await run.webhook('orders/edited', placed);
    await run.webhook('refunds/create', placed);
    await run.tick();
    expect(run.ledger('1')).toEqual({ decision: 'held', reason: 'upsell' });
    await run.webhook('order_transactions/create', placed);
    await run.webhook('orders/create', placed);
    await run.webhook('orders/updated', placed);
    expect(run.due()).toEqual([{ order_id: '1', due_at: T0 + DELAY_MS }]);
    await run.pass(DELAY_MS - 1_000);
    expect(run.events()).toEqual([]);
    await run.pass(2_000);
    expect(ids(run.events())).toEqual(['1', 'refund-9']);
    expect(run.due()).toEqual([]);
  });

  it('sends an order older than the delay at once', async () => {
    const run = await startSync();
    run.shop.orders.set('1', order('1', 3 * DELAY_MS));
    await run.webhook('orders/updated', order('1', 3 * DELAY_MS));
    await run.tick();
    expect(ids(run.events())).toEqual(['1']);
  });
});

describe('history beside live orders', () => {
  it('takes few places of their batch, and goes on at once', async () => {
    const run = await startSync();
    const old = Array.from({ length: 70 }, (_, place) => order(`9${place}`, 90 * DELAY_MS));
    for (const one of [...old, order('1', 2 * DELAY_MS)]) run.shop.orders.set(one.id, one);
    const found = old.map(({ id, updatedAt }) => ({ orderId: id, createdAt: T0, updatedAt, heldUntil: T0, lane: 'historical' as const }));
    await run.store.markFound(SHOP, found, T0);
    await run.webhook('orders/create', order('1', 2 * DELAY_MS));
    expect(await run.tick()).toBe(0);
    expect(run.shop.asked.map((batch) => batch.length)).toEqual([11]);
    expect(run.shop.asked[0]).toContain('1');
    expect(await run.tick()).toBe(0);
    expect(await run.tick()).toBeGreaterThan(0);
    expect(run.shop.asked.map((batch) => batch.length)).toEqual([11, 50, 10]);
  });
});

describe('destinations', () => {
  const converge = { name: 'converge', eventNames: null };
  const convead = { name: 'convead', eventNames: ['Placed Order'] };
  const written = (run: { store: { path: string } }) =>
    rows<{ destination: string; event_id: string }>(run.store, 'select destination, event_id from events order by id').map(
      ({ destination, event_id: id }) => `${destination} ${id}`,
    );
  const account = (run: { store: { path: string } }) =>
    JSON.parse(rows<{ refunds: string }>(run.store, 'select refunds from orders')[0]!.refunds) as object[];

  it('each get what they take', async () => {
    const run = await startSync({ rules: {}, destinations: [converge, convead] });
    run.shop.orders.set('1', order('1', 0, { refunds: [refund('9', '5.00')] }));
    await run.webhook('orders/create', order('1'));
    await run.tick();
    expect(written(run)).toEqual(['converge 1', 'convead 1', 'converge refund-9']);
    expect(account(run)).toMatchObject([{ id: '9', state: 'sent' }]);
  });

  it('that take no refunds leave it accounted for, until one does', async () => {
    const options = { rules: {}, destinations: [convead] };
    const run = await startSync(options);
    const sold = order('1', 0, { refunds: [refund('9', '5.00')] });
    run.shop.orders.set('1', sold);
    for (let read = 0; read < 2; read++) {
      await run.webhook('refunds/create', sold);
      await run.tick();
      expect(written(run)).toEqual(['convead 1']);
      expect(account(run)).toMatchObject([{ id: '9', state: 'excluded', reason: 'no_destination', amount: '5.00' }]);
    }
    expect((await run.store.findOrder(SHOP, '1'))?.trail.at(-1)).toMatch(/Received Refund: not sent, no destination/);
    expect(run.due()).toEqual([]);
    options.destinations.push({ name: 'later', eventNames: ['Received Refund'] });
    await run.webhook('orders/updated', sold);
    await run.tick();
    expect(written(run)).toEqual(['convead 1', 'later refund-9']);
    expect(account(run)).toMatchObject([{ id: '9', state: 'sent', reason: null }]);
  });

  it('that come later get nothing of what was sent before', async () => {
    const options = { rules: {}, destinations: [converge] };
    const run = await startSync(options);
    run.shop.orders.set('1', order('1'));
    await run.webhook('orders/create', order('1'));
    await run.tick();
    options.destinations.push({ name: 'convead', eventNames: null });
    for (const id of ['1', '2']) {
      run.shop.orders.set(id, order(id, 0, { tags: ['changed'] }));
      await run.webhook('orders/updated', order(id));
      await run.tick();
    }
    expect(written(run)).toEqual(['converge 1', 'converge 2', 'convead 2']);
  });
});

describe('events of subscriptions', () => {
  const options = () => ({
    rules: { subscriptions: { events: true } },
    destinations: [{ name: 'converge', eventNames: null as string[] | null }],
  });
  const tagged = (id: string, tags: string[], changes: object = {}) => order(id, 0, { tags, sourceName: '294517', ...changes });

  it('follow when the tag comes after the order was sent, once, and behind what is there', async () => {
    const run = await startSync(options());
    const read = async (placed: ReturnType<typeof order>) => {
      run.shop.orders.set('1', placed);
      await run.webhook('orders/updated', placed);
      await run.tick();
    };
    await read(tagged('1', []));
    expect(ids(run.events())).toEqual(['1']);
    await read(tagged('1', [], { refunds: [refund('8', '1.00')] }));
    await read(tagged('1', ['Subscription First Order'], { refunds: [refund('8', '1.00'), refund('9', '5.00')] }));
    for (const tag of ['Subscription First Order', 'Subscription Recurring Order']) await read(tagged('1', [tag]));
    expect(ids(run.events())).toEqual(['1', 'refund-8', 'subscription-start-1', 'refund-9']);
    const lane = rows<{ event_id: string; sequence: number }>(run.store, 'select event_id, sequence from events order by sequence');
    expect(lane.map(({ event_id: id }) => id)).toEqual(['1', 'refund-8', 'subscription-start-1', 'refund-9']);
    expect((await run.store.previousOf(SHOP, ['1'])).get('1')).toMatchObject({ subscription: 'first', sentTotal: '82.00' });
  });

  it('are for orders that are sent from then on, when they are switched on later', async () => {
    const running = { rules: { subscriptions: { events: false } } };
    const run = await startSync(running);
    const read = async (id: string, events: boolean) => {
      run.rules.subscriptions.events = events;
      run.shop.orders.set(id, tagged(id, ['Subscription Recurring Order']));
      await run.webhook('orders/updated', order(id));
      await run.tick();
    };
    await read('1', false);
    await read('1', true);
    await read('2', true);
    expect(ids(run.events())).toEqual(['1', '2', 'subscription-order-2']);
  });

  it('are not made up for a destination that takes them later', async () => {
    const running = options();
    running.destinations[0]!.eventNames = ['Placed Order'];
    const run = await startSync(running);
    const placed = tagged('1', ['Subscription Recurring Order']);
    run.shop.orders.set('1', placed);
    await run.webhook('orders/create', placed);
    await run.tick();
    expect((await run.store.findOrder(SHOP, '1'))?.trail.at(-1)).toMatch(/Placed Recurring Subscription Order: not sent, no destination/);
    running.destinations[0]!.eventNames = null;
    await run.webhook('orders/updated', placed);
    await run.tick();
    expect(ids(run.events())).toEqual(['1']);
  });
});

describe('signals', () => {
  it('in any order, any number and at any time give the same events', async () => {
    const topics = fc.constantFrom('orders/create', 'orders/updated', 'orders/edited', 'refunds/create', 'order_transactions/create');
    const signals = fc.array(fc.record({ topic: topics, afterMs: fc.integer({ min: 0, max: 200_000 }) }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(signals, async (list) => {
        const run = await startSync();
        const placed = order('1', 0, { refunds: [refund('8', '2.00'), refund('9', '5.00')] });
        run.shop.orders.set('1', placed);
        for (const { topic, afterMs } of list) {
          await run.clock.advance(afterMs);
          await run.webhook(topic, placed);
          await run.tick();
          if (run.clock.now() < T0 + DELAY_MS) expect(run.events()).toEqual([]);
        }
        await run.pass(DELAY_MS + 5_000, 60_000);
        expect(ids(run.events())).toEqual(['1', 'refund-8', 'refund-9']);
        expect(run.due()).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('that come while the order is read make it read again', async () => {
    const run = await startSync();
    run.shop.orders.set('1', order('1', DELAY_MS));
    await run.webhook('orders/create', order('1', DELAY_MS));
    let once = true;
    run.shop.whileReading(async () => {
      if (!once) return;
      once = false;
      run.shop.orders.set('1', order('1', DELAY_MS, { refunds: [refund('9', '5.00')] }));
      await run.webhook('refunds/create', order('1', DELAY_MS));
    });
    await run.tick();
    expect(ids(run.events())).toEqual(['1']);
    await run.tick();
    expect(ids(run.events())).toEqual(['1', 'refund-9']);
  });

  it('of a refund whose money moves later send it then', async () => {
    const run = await startSync();
    const old = (status: string) => order('1', DELAY_MS, { refunds: [refund('9', '5.00', status)] });
    run.shop.orders.set('1', old('PENDING'));
    await run.webhook('refunds/create', old('PENDING'));
    await run.tick();
    expect(ids(run.events())).toEqual(['1']);
    expect(run.due()).toEqual([{ order_id: '1', due_at: T0 + 61 * MINUTE }]);
    run.shop.orders.set('1', old('SUCCESS'));
    await run.webhook('order_transactions/create', old('SUCCESS'));
    await run.tick();
    expect(ids(run.events())).toEqual(['1', 'refund-9']);
  });
});

describe('an order Shopify does not return', () => {
  it('is read again and sent when it appears within ten minutes', async () => {
    const run = await startSync();
    await run.webhook('orders/updated', order('1', DELAY_MS));
    await run.pass(9 * MINUTE);
    run.shop.orders.set('1', order('1', DELAY_MS));
    await run.pass(2 * MINUTE);
    expect(ids(run.events())).toEqual(['1']);
  });

  it.each([
    ['deleted, when orders/delete came', { deletes: true, scopes: ['read_orders'] }, 'deleted'],
    ['deleted, when the token reads all orders', { deletes: false, scopes: ['read_orders', 'read_all_orders'] }, 'deleted'],
    ['not visible otherwise', { deletes: false, scopes: ['read_orders'] }, 'not_visible'],
  ])('ends after ten minutes as %s', async (_name, { deletes, scopes }, decision) => {
    const run = await startSync({ scopes, rules: { exclude: { tags: ['Exclude'] } } });
    run.shop.orders.set('1', order('1', 0, { tags: ['exclude'] }));
    await run.webhook('orders/updated', order('1'));
    await run.tick();
    expect(run.ledger('1')).toEqual({ decision: 'excluded', reason: 'tag:exclude' });
    run.shop.orders.delete('1');
    await run.webhook(deletes ? 'orders/delete' : 'orders/updated', order('1'), { deletes });
    await run.pass(9 * MINUTE);
    expect(run.ledger('1')?.decision).toBe('excluded');
    await run.pass(2 * MINUTE);
    expect(run.ledger('1')?.decision).toBe(decision);
    expect(run.due()).toEqual([]);
  });

  it('and that was never seen here leaves only its receipt', async () => {
    const run = await startSync({ scopes: ['read_orders', 'read_all_orders'] });
    await run.webhook('orders/delete', order('1'), { deletes: true });
    await run.pass(11 * MINUTE);
    expect(run.ledger('1')).toBeNull();
    expect(run.due()).toEqual([]);
    expect(rows(run.store, 'select * from webhook_receipts')).toHaveLength(1);
  });

  it('of which an event was sent stays sent', async () => {
    const run = await startSync();
    run.shop.orders.set('1', order('1', DELAY_MS));
    await run.webhook('orders/create', order('1', DELAY_MS));
    await run.tick();
    run.shop.orders.delete('1');
    await run.webhook('orders/delete', order('1', DELAY_MS), { deletes: true });
    await run.pass(11 * MINUTE);
    expect(run.ledger('1')?.decision).toBe('sent');
  });
});

describe('failures', () => {
  it('of Shopify give every order back and are thrown, so that the worker backs off', async () => {
    const run = await startSync();
    for (const id of ['1', '2', '3']) {
      run.shop.orders.set(id, order(id, DELAY_MS));
      await run.webhook('orders/create', order(id, DELAY_MS));
    }
    run.shop.fail(new Error('down'));
    await expect(run.tick()).rejects.toThrow('down');
    run.shop.fail(null);
    await run.pass(MINUTE);
    expect(ids(run.events()).sort()).toEqual(['1', '2', '3']);
  });

  it('of one order do not hold up the others', async () => {
    const run = await startSync();
    for (const id of ['1', '2']) {
      run.shop.orders.set(id, order(id, DELAY_MS));
      await run.webhook('orders/create', order(id, DELAY_MS));
    }
    run.shop.broken.add('1');
    await run.tick();
    expect(ids(run.events())).toEqual(['2']);
    run.shop.broken.clear();
    await run.pass(MINUTE);
    expect(ids(run.events())).toEqual(['2', '1']);
  });

  it('of the process leave the order to be claimed again when the lease is over', async () => {
    const run = await startSync();
    run.shop.orders.set('1', order('1', DELAY_MS));
    await run.webhook('orders/create', order('1', DELAY_MS));
    await run.store.claimDueOrders(SHOP, { limit: 50, now: run.clock.now(), leaseMs: 300_000 });
    await run.tick();
    expect(run.events()).toEqual([]);
    await run.pass(301_000, 60_000);
    expect(ids(run.events())).toEqual(['1']);
  });
});

describe('a store', () => {
  it('that is disconnected rests, and goes on when it is connected again', async () => {
    const run = await startSync();
    run.shop.orders.set('1', order('1', DELAY_MS));
    await run.webhook('orders/create', order('1', DELAY_MS));
    await run.store.markDisconnected(SHOP, 'uninstalled');
    await run.tick();
    expect(run.shop.asked).toEqual([]);
  });

  it('without backfill leaves orders from before its connection out, but sends refunds made since', async () => {
    const run = await startSync({ backfill: { enabled: false, since: null } });
    run.shop.orders.set('1', order('1', 60 * MINUTE, { refunds: [refund('9', '5.00')] }));
    await run.webhook('orders/updated', order('1', 60 * MINUTE));
    await run.tick();
    expect(run.ledger('1')).toEqual({ decision: 'excluded', reason: 'before_window' });
    expect(ids(run.events())).toEqual(['refund-9']);
  });

  it('with a first day leaves earlier orders out, by its own calendar', async () => {
    // Midnight of 20 November in Berlin is 23:00 UTC of the 19th.
    const run = await startSync({ backfill: { enabled: true, since: '2026-11-20' } });
    for (const [id, createdAt] of [
      ['1', '2026-11-19T22:59:59Z'],
      ['2', '2026-11-19T23:00:00Z'],
    ] as const) {
      run.shop.orders.set(id, order(id, 0, { createdAt }));
      await run.webhook('orders/updated', { id, createdAt });
    }
    await run.tick();
    expect(ids(run.events())).toEqual(['2']);
  });
});

describe('an order that fails by itself', () => {
  const HOUR = 60 * MINUTE;
  const dead = async (run: Awaited<ReturnType<typeof startSync>>) =>
    (await run.store.listDeadLetters({ limit: 9 })).map(({ id, reason }) => [id, reason]);

  async function broken() {
    const run = await startSync({ rules: {} });
    for (const id of ['1', '2']) run.shop.orders.set(id, order(id, DELAY_MS));
    run.shop.broken.add('1');
    await run.webhook('orders/create', order('1', DELAY_MS));
    return run;
  }

  it('is tried for maxAgeHours, then a dead letter; put back, it is read again', async () => {
    const run = await broken();
    await run.pass(72 * HOUR, 15 * MINUTE);
    expect(await dead(run)).toEqual([]);
    const asked = run.shop.asked.length;
    expect(asked).toBeGreaterThan(250);
    await run.pass(HOUR, 15 * MINUTE);
    expect(await dead(run)).toEqual([['order:1', 'SHOPIFY_PARTIAL']]);
    await run.pass(24 * HOUR, HOUR);
    expect(run.shop.asked.length).toBeLessThan(asked + 6);
    run.shop.broken.delete('1');
    await run.store.replayDeadLetters({ ids: ['order:1'] }, run.clock.now());
    await run.tick();
    expect(ids(run.events())).toEqual(['1']);
  });

  it('is not given up for an outage of Shopify, nor in the hour after it', async () => {
    const run = await broken();
    await run.tick();
    run.shop.fail(new Error('away'));
    for (let hour = 0; hour < 80; hour += 1) {
      await run.clock.advance(HOUR);
      await run.tick().catch(() => {});
    }
    run.shop.fail(null);
    await run.pass(HOUR - MINUTE, 10 * MINUTE);
    expect(await dead(run)).toEqual([]);
    await run.pass(HOUR, 10 * MINUTE);
    expect(await dead(run)).toHaveLength(1);
  });

  it('is not given up for a machine that was suspended, or a clock that jumped forward', async () => {
    const run = await broken();
    await run.tick();
    await run.clock.advance(400 * HOUR);
    await run.pass(HOUR - MINUTE, 10 * MINUTE);
    expect(await dead(run)).toEqual([]);
    await run.pass(HOUR, 10 * MINUTE);
    expect(await dead(run)).toHaveLength(1);
  });

  it('is the one that the database refuses, too', async () => {
    const run = await broken();
    run.shop.broken.clear();
    run.shop.orders.set('1', order('1', DELAY_MS, { name: null }));
    await run.webhook('orders/create', order('2', DELAY_MS));
    await run.tick();
    expect(ids(run.events())).toEqual(['2']);
    await run.pass(74 * HOUR, 15 * MINUTE);
    expect(await dead(run)).toEqual([['order:1', expect.stringMatching(/NOT NULL/)]]);
  });
});
