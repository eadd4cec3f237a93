import { describe, expect, it } from 'vitest';
import { listEvents, type EventListOptions } from '../../src/cli/events-list.ts';
import { showEvent } from '../../src/cli/events-show.ts';
import type { EventFilter } from '../../src/store/types.ts';
import { event, NOW, row, screen, status } from './double.ts';

type Listed = ReturnType<typeof event> & { blockedBy: string | null; orderName: string | null };

function log(events: Listed[], report = status()) {
  const asked: EventFilter[] = [];
  return {
    asked,
    listEvents: async (filter: EventFilter) => {
      asked.push(filter);
      return filter.orderId === undefined ? events : events.filter(({ orderId }) => orderId === filter.orderId);
    },
    status: async () => report,
  };
}

const delivered: Listed = { ...event(), blockedBy: null, orderName: '#1001' };
const blocked: Listed = {
  ...event({ id: 8, eventId: 'refund-9', name: 'Received Refund', state: 'pending', attempts: 0, outcome: null }),
  blockedBy: '5001',
  orderName: '#1001',
};

async function asked(options: Partial<EventListOptions>, report = status()): Promise<EventFilter[]> {
  const app = log([delivered], report);
  await listEvents(app, { limit: 50, ...options }, screen());
  return app.asked;
}

describe('events list', () => {
  it('prints a table', async () => {
    const on = screen();
    expect(await listEvents(log([blocked, delivered]), { limit: 50 }, on)).toBe(0);
    expect(on.text()).toBe(`id  store  order  event            event id  to        status     written    attempts  outcome
8   main   #1001  Received Refund  refund-9  converge  blocked    3 min ago  0         waits behind 5001
7   main   #1001  Placed Order     5001      converge  delivered  3 min ago  1         200`);
  });

  it('stays aligned with colours on', async () => {
    const on = screen({ colour: true });
    await listEvents(log([blocked, delivered]), { limit: 50 }, on);
    expect(on.text()).toContain('\u001b[32mdelivered\u001b[39m  3 min ago');
    expect(on.text()).toContain('\u001b[31mblocked\u001b[39m    3 min ago');
  });

  it('says that nothing matches, and that there may be more', async () => {
    const none = screen();
    await listEvents(log([]), { limit: 50 }, none);
    expect(none.text()).toBe('No event matches.');
    const more = screen();
    await listEvents(log([delivered]), { limit: 1 }, more);
    expect(more.text()).toContain('The newest 1; --limit shows more.');
  });

  it('prints JSON without bodies', async () => {
    const on = screen({ json: true });
    await listEvents(log([blocked]), { limit: 50 }, on);
    expect(on.data()).toEqual([
      expect.objectContaining({ id: 8, eventId: 'refund-9', status: 'blocked', blockedBy: '5001', createdAt: '2026-11-20T11:57:00.000Z' }),
    ]);
    expect(on.text()).not.toContain('total_price');
  });

  it('hands its filters on', async () => {
    expect(await asked({ store: 'main', name: 'Placed Order', status: 'dead', limit: 3 })).toEqual([
      { store: 'main', name: 'Placed Order', state: 'dead', since: undefined, limit: 3 },
    ]);
  });

  it.each([
    ['5001', [{ orderId: '5001' }]],
    ['gid://shopify/Order/5001', [{ orderId: '5001' }]],
    ['#1001', [{ orderName: '#1001' }]],
    ['EU-1001', [{ orderName: 'EU-1001' }]],
    ['1001', [{ orderId: '1001' }, { orderName: '1001' }]],
    ['gid://shopify/Order/9', [{ orderId: '9' }]],
  ])('looks for order %s', async (order, wanted) => {
    expect(await asked({ order })).toEqual(wanted.map((filter) => expect.objectContaining(filter)));
  });

  it.each([
    ['30m', NOW - 30 * 60_000],
    ['12h', NOW - 12 * 3_600_000],
    ['7d', NOW - 7 * 86_400_000],
    ['2026-11-20T08:00:00Z', Date.parse('2026-11-20T08:00:00Z')],
    ['2026-11-20T08:00+02:00', Date.parse('2026-11-20T06:00:00Z')],
    ['2026-11-20', Date.parse('2026-11-19T23:00:00Z')],
  ])('--since %s', async (since, wanted) => {
    expect((await asked({ since }))[0]?.since).toBe(wanted);
  });

  it('takes a day of UTC where the shops differ, of the shop where one is named', async () => {
    const one = status().stores[0]!;
    const report = { daemon: null, stores: [one, { ...one, name: 'us', row: row({ name: 'us', timeZone: 'America/New_York' }) }] };
    expect((await asked({ since: '2026-11-20' }, report))[0]?.since).toBe(Date.parse('2026-11-20T00:00:00Z'));
    expect((await asked({ since: '2026-11-20', store: 'us' }, report))[0]?.since).toBe(Date.parse('2026-11-20T05:00:00Z'));
  });

  it.each(['yesterday', '2026-11-20T08:00', '5w', '2026-13-01'])('refuses --since %s', async (since) => {
    await expect(asked({ since })).rejects.toMatchObject({ code: expect.stringMatching(/CLI_USAGE|TIME_DATE/) });
  });
});

describe('events show', () => {
  const found = {
    event: event({ state: 'dead', outcome: '422: bad currency' }),
    attempts: [
      { at: NOW - 60_000, latencyMs: 120, status: 422, answer: '{"error":\n"bad \u001b[31mcurrency"}' },
      { at: NOW, latencyMs: 15_000, status: null, answer: 'timed out' },
    ],
    orderName: '#1001',
    trail: ['not excluded', 'due at once'],
  };

  it('prints the event, why, its attempts and its body', async () => {
    const on = screen();
    expect(await showEvent({ showEvent: async () => found }, '7', on)).toBe(0);
    expect(on.text()).toBe(`Placed Order
  id        7
  event id  5001
  store     main
  order     #1001 (5001)
  to        converge
  status    dead: 422: bad currency
  written   2026-11-20 11:57:00 UTC (3 min ago)
  settled   2026-11-20 11:58:00 UTC

Why
  not excluded
  due at once

Attempts
  2026-11-20 11:59:00 UTC  422        120 ms    {"error": "bad \\u001b[31mcurrency"}
  2026-11-20 12:00:00 UTC  no answer  15000 ms  timed out

Body
{
  "event_id": "5001",
  "properties": {
    "total_price": 15.1
  }
}`);
  });

  it('says that a body is gone', async () => {
    const on = screen();
    await showEvent({ showEvent: async () => ({ ...found, event: event({ body: null }) }) }, '7', on);
    expect(on.text()).toContain('removed: it is past retention.days');
    const json = screen({ json: true });
    await showEvent({ showEvent: async () => ({ ...found, event: event({ body: null }) }) }, '7', json);
    expect(json.data()).toMatchObject({ event: { body: null } });
  });

  it('prints JSON with the body as data and ISO times', async () => {
    const on = screen({ json: true });
    await showEvent({ showEvent: async () => found }, '7', on);
    expect(on.data()).toMatchObject({
      event: { id: 7, body: { event_id: '5001', properties: { total_price: 15.1 } }, createdAt: '2026-11-20T11:57:00.000Z' },
      attempts: [{ at: '2026-11-20T11:59:00.000Z', status: 422 }, { status: null }],
      trail: ['not excluded', 'due at once'],
    });
  });

  it('names what does not exist', async () => {
    await expect(showEvent({ showEvent: async () => null }, '99', screen())).rejects.toMatchObject({
      code: 'CLI_EVENT_NOT_FOUND',
      message: expect.stringContaining('"99"'),
    });
  });
});

describe('a narrow terminal', () => {
  it('gets what fits: columns that say the same in every line are left out first', async () => {
    const on = screen({ width: 80 });
    await listEvents(log([delivered, blocked]), { limit: 50 }, on);
    expect(on.text().split('\n')[0]).toBe('id  order  event            event id  status     written    outcome');
    const wide = screen({ width: 200 });
    await listEvents(log([delivered, blocked]), { limit: 50 }, wide);
    expect(wide.text()).toContain('store');
  });
});
