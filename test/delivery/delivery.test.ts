/** Delivery against a real store and a real endpoint. */
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/platform/metrics.ts';
import { createWorker } from '../../src/platform/worker.ts';
import { rows, SHOP } from '../store/fixture.ts';
import { moving, OK, rig, until, type Reply } from './setup.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A change from outside. */
function change(store: { path: string }, sql: string): void {
  const file = new Database(store.path);
  file.exec(sql);
  file.close();
}

const BUSY: Reply = { status: 503, body: 'busy' };

/** So many events of history are delivered; a live one is written when the request number `after` starts. When each started, ms, in order. */
async function liveAmongHistory(
  set: { perSecond: number; concurrency: number },
  { history, after, stepMs }: { history: number; after: number; stepMs: number },
): Promise<{ id: string; at: number }[]> {
  const base = await rig();
  const started: { id: string; at: number }[] = [];
  const first = base.clock.now();
  const send = async ({ body }: { body: string | Uint8Array | null }) => {
    started.push({ id: (JSON.parse(String(body)) as { event_id: string }).event_id, at: base.clock.now() - first });
    if (started.length === after) await base.put('live', 'live');
    return { status: 200, headers: {}, text: '' };
  };
  const delivery = base.again({ set, http: { send } });
  for (let order = 1; order <= history; order += 1) await base.put(`h${order}`, `h${order}`);
  change(base.store, `update events set lane = 'historical'; update lanes set lane = 'historical'`);
  await moving(base.clock, delivery.tick(base.stop.signal), stepMs);
  return started;
}

describe('what is ready', () => {
  it('is posted as it is stored, settled, and not posted again', async () => {
    const { put, tick, endpoint, states, store, delivery, stop } = await rig();
    await put('1001', '1001', 'refund-7');
    await put('1002', '1002');
    expect(await tick()).toBe(1_000);
    expect(endpoint.ids().toSorted()).toEqual(['1001', '1002', 'refund-7']);
    expect(await states()).toEqual({ '1001': 'delivered', '1002': 'delivered', 'refund-7': 'delivered' });
    const found = await store.getEvent('1001');
    expect(found?.attempts).toEqual([{ at: found?.attempts[0]?.at, latencyMs: 0, status: 200, answer: 'ok' }]);
    expect(endpoint.arrivals[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'x-webhook-token': 'canary-token' });
    for (const { eventId, body } of endpoint.arrivals) expect(body).toBe((await store.getEvent(eventId))?.event.body);
    await delivery.tick(stop.signal);
    expect(endpoint.arrivals).toHaveLength(3);
  });

  it('of one order goes one after the other, orders beside each other', async () => {
    const { put, tick, endpoint } = await rig({ treat: () => 'hold' });
    await put('1001', '1001', 'refund-1', 'refund-2');
    await put('1002', '1002', 'refund-3');
    const done = tick();
    await until(() => endpoint.arrivals.length === 2);
    expect(endpoint.ids()).toEqual(['1001', '1002']);
    endpoint.release();
    await until(() => endpoint.arrivals.length === 4);
    expect(endpoint.ids().slice(2).toSorted()).toEqual(['refund-1', 'refund-3']);
    endpoint.treat = () => OK;
    endpoint.release();
    await done;
    expect(endpoint.ids()[4]).toBe('refund-2');
  });

  it('keeps to the concurrency, and keeps it filled', async () => {
    const { put, tick, endpoint, states } = await rig({ set: { concurrency: 3 }, treat: () => 'hold' });
    for (let order = 1; order <= 20; order += 1) await put(String(1000 + order), String(1000 + order));
    const done = tick();
    await until(() => endpoint.arrivals.length === 3);
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(endpoint.arrivals).toHaveLength(3);
    while (endpoint.arrivals.length < 20) {
      const before = endpoint.arrivals.length;
      endpoint.release();
      await until(() => endpoint.arrivals.length >= Math.min(20, before + 3));
    }
    endpoint.release();
    await done;
    expect(endpoint.most).toBe(3);
    expect(Object.values(await states())).toEqual(Array.from({ length: 20 }, () => 'delivered'));
  });

  it('goes on while one request hangs: a slow answer holds up nobody else', async () => {
    const { put, tick, endpoint, clock, states, store } = await rig({
      set: { concurrency: 2 },
      treat: ({ eventId }) => (eventId === 'slow' ? 'hold' : OK),
    });
    await put('slow', 'slow');
    for (let order = 1; order <= 12; order += 1) await put(String(1000 + order), String(1000 + order));
    const done = tick();
    await until(() => endpoint.arrivals.length === 13);
    await until(() => rows(store, `select * from events where state = 'delivered'`).length === 12);
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await put('late', 'late');
    await clock.advance(250);
    await until(() => endpoint.arrivals.length === 14);
    endpoint.release();
    await done;
    expect(new Set(Object.values(await states()))).toEqual(new Set(['delivered']));
  });

  it('keeps to the pace', async () => {
    const base = await rig();
    const starts: number[] = [];
    const first = base.clock.now();
    const send = async () => {
      starts.push(base.clock.now() - first);
      return { status: 200, headers: {}, text: '' };
    };
    const delivery = base.again({ set: { perSecond: 5, concurrency: 4 }, http: { send } });
    for (let order = 1; order <= 17; order += 1) await base.put(String(1000 + order), String(1000 + order));
    await moving(base.clock, delivery.tick(base.stop.signal), 50);
    expect(starts).toHaveLength(17);
    for (const [index, at] of starts.entries()) {
      if (index >= 5) expect(at - (starts[index - 5] ?? 0)).toBeGreaterThanOrEqual(1_000);
    }
    expect(starts.at(-1)).toBeLessThanOrEqual(3_500);
  });

  it('is taken live first', async () => {
    const { put, tick, endpoint, store } = await rig({ set: { concurrency: 1 } });
    for (let order = 1; order <= 6; order += 1) await put(`h${order}`, `h${order}`);
    change(store, `update lanes set lane = 'historical'`);
    await put('live', 'live');
    await tick();
    expect(endpoint.ids()[0]).toBe('live');
  });

  it('does not wait for the next second, because history takes its starts evenly', async () => {
    const started = await liveAmongHistory({ perSecond: 20, concurrency: 4 }, { history: 40, after: 3, stepMs: 10 });
    expect(started).toHaveLength(41);
    const live = started.find(({ id }) => id === 'live')!;
    expect(live.at - started[2]!.at).toBeLessThanOrEqual(400);
    const history = started.filter(({ id }) => id !== 'live').map(({ at }) => at);
    for (const [place, at] of history.entries()) if (place >= 2) expect(at - history[place - 2]!).toBeGreaterThanOrEqual(100);
    expect(history.at(-1)).toBeLessThanOrEqual(2_200);
  });

  it('does not wait behind history that was taken before it and waits for the pace', async () => {
    const requests = await liveAmongHistory({ perSecond: 2, concurrency: 8 }, { history: 30, after: 6, stepMs: 50 });
    const started = requests.map(({ id }) => id);
    expect(started).toHaveLength(31);
    // As soon as lanes are taken again.
    expect(started.indexOf('live')).toBeLessThanOrEqual(12);
    expect(started.filter((id) => id !== 'live')).toEqual(Array.from({ length: 30 }, (_, order) => `h${order + 1}`));
  });
});

describe('a failure that may pass', () => {
  it('is tried again with the same bytes, later and later', async () => {
    const { put, tick, endpoint, clock, store, states } = await rig({ treat: () => BUSY });
    await put('1001', '1001');
    const waits: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      const before = clock.now();
      await tick();
      expect(endpoint.arrivals).toHaveLength(round + 1);
      const next = (await store.getEvent('1001'))?.event.nextAttemptAt ?? 0;
      waits.push(next - before);
      await clock.advance(next - before - 1);
      await tick();
      expect(endpoint.arrivals).toHaveLength(round + 1);
      await clock.advance(1);
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 450_000, 450_000]);
    endpoint.treat = () => OK;
    await tick();
    expect(await states()).toEqual({ '1001': 'delivered' });
    expect(new Set(endpoint.arrivals.map(({ body }) => body)).size).toBe(1);
    expect((await store.getEvent('1001'))?.attempts).toHaveLength(13);
  });

  it.each([
    ['120', 120_000],
    ['Fri, 20 Nov 2026 12:01:40 GMT', 100_000],
    ['Fri, 20 Nov 2020 12:00:00 GMT', 500],
    ['99999999999999999999', 900_000],
    ['Fri, 20 Nov 2099 12:00:00 GMT', 900_000],
    ['whenever', 500],
  ])('honours Retry-After %j', async (header, wait) => {
    const { put, tick, clock, store } = await rig({ treat: () => ({ status: 429, headers: { 'retry-after': header } }) });
    await put('1001', '1001');
    await tick();
    expect((await store.getEvent('1001'))?.event.nextAttemptAt).toBe(clock.now() + wait);
  });

  it('holds back what stands behind it in its order, nothing else', async () => {
    const { put, tick, endpoint, clock, states } = await rig({ treat: ({ eventId }) => (eventId === '1001' ? BUSY : OK) });
    await put('1001', '1001', 'refund-1');
    await put('1002', '1002', 'refund-2');
    await tick();
    await put('1001', 'refund-9');
    await tick();
    expect(await states()).toEqual({
      '1001': 'pending 1',
      'refund-1': 'pending 0',
      'refund-9': 'pending 0',
      '1002': 'delivered',
      'refund-2': 'delivered',
    });
    endpoint.treat = () => OK;
    await clock.advance(1_000);
    await tick();
    expect(endpoint.ids().slice(-3)).toEqual(['1001', 'refund-1', 'refund-9']);
  });

  it.each([
    ['reset', 'reset', 'connection cut off'],
    ['no answer in time', 'hold', 'no answer within 0.5 s'],
  ] as const)('may be the network: %s', async (_name, treatment, outcome) => {
    const { put, tick, endpoint, clock, store, states } = await rig({ timeoutMs: 500, treat: () => treatment });
    await put('1001', '1001');
    await tick();
    const found = await store.getEvent('1001');
    expect(found?.event.outcome).toContain(outcome);
    expect(found?.attempts).toMatchObject([{ status: null, answer: found?.event.outcome }]);
    endpoint.treat = () => OK;
    await clock.advance(1_000);
    await tick();
    expect(await states()).toEqual({ '1001': 'delivered' });
  });

  it('ends in the dead letters after maxAgeHours, and says why', async () => {
    const { put, tick, clock, store, states, lines } = await rig({ set: { maxAgeHours: 2 }, treat: () => BUSY });
    await put('1001', '1001', 'refund-1');
    for (let elapsed = 0; elapsed < 2 * HOUR; elapsed += 500_000) {
      await tick();
      expect(await states()).toMatchObject({ '1001': expect.stringMatching(/^pending/) });
      await clock.advance(500_000);
    }
    await tick();
    expect(await states()).toEqual({ '1001': 'dead', 'refund-1': 'pending 0' });
    expect((await store.getEvent('1001'))?.event.outcome).toBe('Converge answered 503; given up after 2 h');
    expect((await store.counts(SHOP, clock.now())).blocked).toBe(1);
    expect(lines.at(-1)).toMatchObject({ level: 'error', eventId: '1001', status: 503 });
  });
});

describe('a refusal of the event', () => {
  it('is final: it is dead with its answer, what stands behind it is blocked, the others go on', async () => {
    const treat = ({ eventId }: { eventId: string }) => (eventId === '1001' ? { status: 422, body: `x${'é'.repeat(2_000)}` } : OK);
    const { put, tick, endpoint, clock, store, states } = await rig({ treat });
    await put('1001', '1001', 'refund-1');
    await put('1002', '1002');
    await tick();
    await clock.advance(24 * HOUR);
    await put('1001', 'refund-2');
    await tick();
    expect(await states()).toEqual({ '1001': 'dead', 'refund-1': 'pending 0', 'refund-2': 'pending 0', '1002': 'delivered' });
    expect(endpoint.arrivals).toHaveLength(2);
    const [attempt] = (await store.getEvent('1001'))?.attempts ?? [];
    expect(attempt?.status).toBe(422);
    expect(attempt?.answer).toBe(`x${'é'.repeat(511)}`);
    const blocked = await store.listEvents({ store: SHOP, state: 'blocked', limit: 9 });
    expect(blocked.map(({ eventId, blockedBy }) => [eventId, blockedBy]).toSorted()).toEqual([
      ['refund-1', '1001'],
      ['refund-2', '1001'],
    ]);
  });

  it('may be a redirect, which is not followed: the destination pauses, nothing dies', async () => {
    const { put, tick, endpoint, states } = await rig({ treat: () => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' } }) });
    await put('1001', '1001');
    await tick();
    expect(await states()).toEqual({ '1001': 'pending 1' });
    expect(endpoint.arrivals).toHaveLength(1);
  });

  it('may come with an endless answer, of which 1 KB is kept', async () => {
    const { put, tick, store } = await rig({ treat: () => ({ status: 400, body: 'x'.repeat(5_000_000) }) });
    await put('1001', '1001');
    await tick();
    expect((await store.getEvent('1001'))?.attempts[0]?.answer).toBe('x'.repeat(1024));
  });
});

describe('a refusal of everything', () => {
  const denied: Reply = { status: 401 };

  it('pauses the destination, is tried with one event now and then, and ends with the first success', async () => {
    const { put, tick, endpoint, clock, store, states, lines } = await rig({
      set: { concurrency: 4, maxAgeHours: 72 },
      treat: () => denied,
    });
    for (let order = 1; order <= 30; order += 1) await put(String(1000 + order), String(1000 + order));
    await tick();
    // What was in flight when the first answer came, nothing else.
    expect(endpoint.arrivals.length).toBeLessThanOrEqual(4);
    const paused = await store.getDestination(SHOP, 'converge');
    expect(paused).toMatchObject({ pausedAt: clock.now(), probes: 0, probeAt: clock.now() + 1_000 });
    expect(paused.reason).toContain('check converge.token');
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);

    const probes: number[] = [];
    let sent = endpoint.arrivals.length;
    for (let second = 0; second < 6 * 3_600; second += 1) {
      if (sent < endpoint.arrivals.length) {
        expect(endpoint.arrivals.length).toBe(sent + 1);
        probes.push(second);
      }
      sent = endpoint.arrivals.length;
      const { probeAt } = await store.getDestination(SHOP, 'converge');
      const wait = Math.max(1, Math.ceil(((probeAt ?? 0) - clock.now()) / 1_000));
      second += wait - 1;
      await clock.advance(wait * 1_000);
      await tick();
    }
    expect(probes.length).toBeGreaterThan(15);
    expect(probes.length).toBeLessThan(80);
    expect(await store.getDestination(SHOP, 'converge')).toMatchObject({ pausedAt: paused.pausedAt, probes: expect.any(Number) });

    await clock.advance(200 * HOUR);
    endpoint.treat = () => OK;
    await tick();
    expect(await store.getDestination(SHOP, 'converge')).toMatchObject({ pausedAt: null, reason: null, probeAt: null });
    expect(new Set(Object.values(await states()))).toEqual(new Set(['delivered']));
  });

  it('does not let an event die of old age that only waited for the end of the pause', async () => {
    const { put, tick, endpoint, clock, states } = await rig({ treat: () => denied });
    await put('1001', '1001');
    await put('1002', '1002');
    await put('1003', '1003');
    const pass = async (hours: number) => {
      for (let hour = 0; hour < hours; hour += 1) {
        await clock.advance(HOUR);
        await tick();
      }
    };
    await tick();
    await pass(100);
    endpoint.treat = () => BUSY;
    await tick();
    expect(Object.values(await states()).every((state) => state.startsWith('pending'))).toBe(true);
    await clock.advance(HOUR);
    let first = true;
    endpoint.treat = () => {
      if (!first) return BUSY;
      first = false;
      return OK;
    };
    await tick();
    const states_ = Object.values(await states());
    expect(states_.filter((state) => state === 'delivered')).toHaveLength(1);
    expect(states_.filter((state) => state.startsWith('pending'))).toHaveLength(2);
    await pass(73);
    expect(Object.values(await states()).filter((state) => state === 'dead')).toHaveLength(2);
  });

  it('lets no event die of a machine that was suspended, or of a clock that jumped forward, until it was tried for an hour', async () => {
    const { put, tick, clock, states } = await rig({ treat: () => BUSY });
    await put('1001', '1001');
    await tick();
    await clock.advance(400 * HOUR);
    await tick();
    expect((await states())['1001']).toMatch(/^pending/);
    for (let minute = 0; minute < 58; minute += 1) {
      await clock.advance(MINUTE);
      await tick();
    }
    expect((await states())['1001']).toMatch(/^pending/);
    for (let minute = 0; minute < 20; minute += 1) {
      await clock.advance(MINUTE);
      await tick();
    }
    expect((await states())['1001']).toBe('dead');
  });

  it('is tried at once after a restart, which is how a new token comes', async () => {
    const { put, tick, endpoint, clock, states, again, stop } = await rig({ treat: () => denied });
    await put('1001', '1001');
    await put('1002', '1002');
    for (let round = 0; round < 20; round += 1) {
      await tick();
      await clock.advance(300_000);
    }
    await tick();
    endpoint.treat = () => OK;
    const sent = endpoint.arrivals.length;
    await tick();
    expect(endpoint.arrivals).toHaveLength(sent);
    await again().tick(stop.signal);
    expect(await states()).toEqual({ '1001': 'delivered', '1002': 'delivered' });
  });

  it('goes on although the probe itself is refused for good', async () => {
    const { put, tick, endpoint, clock, store, states } = await rig({ set: { concurrency: 1 }, treat: () => ({ status: 404 }) });
    await put('1001', '1001');
    await put('1002', '1002');
    await tick();
    endpoint.treat = ({ eventId }) => (eventId === '1001' ? { status: 422 } : OK);
    await clock.advance(1_000);
    await tick();
    await clock.advance(900_000);
    await tick();
    expect(Object.values(await states()).toSorted()).toEqual(['dead', 'delivered']);
    expect((await store.getDestination(SHOP, 'converge')).pausedAt).toBe(null);
  });
});

describe('the end', () => {
  it('begins nothing new, settles what is in flight and gives the rest back untried', async () => {
    const { put, tick, endpoint, stop, states, store, clock, again } = await rig({ set: { concurrency: 2 }, treat: () => 'hold' });
    for (let order = 1; order <= 8; order += 1) await put(String(1000 + order), String(1000 + order));
    const done = tick();
    await until(() => endpoint.arrivals.length === 2);
    stop.abort();
    await clock.advance(250);
    endpoint.release();
    expect(await done).toBe(0);
    expect(endpoint.arrivals).toHaveLength(2);
    expect(Object.values(await states()).toSorted()).toEqual(['delivered', 'delivered', ...Array.from({ length: 6 }, () => 'pending 0')]);
    expect(rows(store, 'select * from lanes where lease_token is not null')).toEqual([]);
    endpoint.treat = () => OK;
    await again().tick(new AbortController().signal);
    expect(endpoint.arrivals).toHaveLength(8);
  });

  it('does not wait for the pace', async () => {
    const { put, tick, endpoint, stop, store } = await rig({ set: { perSecond: 1 } });
    for (let order = 1; order <= 5; order += 1) await put(String(1000 + order), String(1000 + order));
    const done = tick();
    await until(() => endpoint.arrivals.length === 1);
    stop.abort();
    expect(await done).toBe(0);
    expect(endpoint.arrivals).toHaveLength(1);
    expect(rows(store, 'select * from lanes where lease_token is not null')).toEqual([]);
  });

  it('under a worker comes with stop, and nothing is taken twice', async () => {
    const { put, delivery, endpoint, clock, states, lines } = await rig({ set: { concurrency: 2 }, treat: () => 'hold' });
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, isLevelEnabled: () => false, child: () => logger };
    const worker = createWorker({ name: 'delivery', tick: delivery.tick, clock, random: () => 0.5, logger });
    await put('1001', '1001');
    worker.start();
    await until(() => endpoint.arrivals.length === 1);
    const stopped = worker.stop();
    endpoint.release();
    await stopped;
    expect(await states()).toEqual({ '1001': 'delivered' });
    expect(lines.filter(({ msg }) => msg === 'event delivered')).toHaveLength(1);
  });
});

describe('a lost lease', () => {
  it('writes nothing: the other one has the event', async () => {
    const { put, tick, endpoint, store, states, lines } = await rig({ treat: () => 'hold' });
    await put('1001', '1001');
    const done = tick();
    await until(() => endpoint.arrivals.length === 1);
    change(store, `update lanes set lease_token = 'other'`);
    endpoint.release({ status: 422 });
    await done;
    expect(await states()).toEqual({ '1001': 'pending 0' });
    expect(rows(store, 'select * from attempts')).toEqual([]);
    expect(rows(store, 'select lease_token from lanes')).toEqual([{ lease_token: 'other' }]);
    expect(lines.at(-1)).toMatchObject({ level: 'warn', msg: 'lease lost, attempt not recorded' });
  });

  it('comes back by itself when the one that held it died', async () => {
    const { put, tick, endpoint, clock, store, states } = await rig();
    await put('1001', '1001');
    await store.claimLanes({ store: SHOP, destination: 'converge', limit: 1, now: clock.now(), leaseMs: 45_000, eventsPerLane: 1 });
    await clock.advance(44_999);
    await tick();
    expect(endpoint.arrivals).toHaveLength(0);
    await clock.advance(1);
    await tick();
    expect(await states()).toEqual({ '1001': 'delivered' });
  });

  it('is not risked: a request begins only if it can end in time', async () => {
    const base = await rig({ treat: () => 'hold' });
    const released: string[] = [];
    const store = {
      ...base.store,
      releaseLane: async (...[claim, at]: Parameters<typeof base.store.releaseLane>) => {
        released.push(claim.orderId);
        return base.store.releaseLane(claim, at);
      },
    };
    const delivery = base.again({ store, set: { concurrency: 1, timeoutSeconds: 15 } });
    await base.put('1001', '1001');
    await base.put('1002', '1002');
    const done = delivery.tick(base.stop.signal);
    await until(() => base.endpoint.arrivals.length === 1);
    // The first hangs for almost as long as a lease: the second was leased with it and must not start on what is left.
    await base.clock.advance(35_000);
    base.endpoint.treat = () => OK;
    base.endpoint.release();
    await done;
    expect(released).toEqual(['1002']);
    expect(base.endpoint.ids()).toEqual(['1001', '1002']);
    expect(rows(base.store, 'select * from lanes')).toEqual([]);
  });
});

describe('a store that fails', () => {
  it('fails the tick and loses no answer', async () => {
    const base = await rig();
    let broken = true;
    const store = {
      ...base.store,
      settleAll: async (...args: Parameters<typeof base.store.settleAll>) => {
        if (broken) throw Object.assign(new Error('disk full'), { code: 'SQLITE_FULL' });
        return base.store.settleAll(...args);
      },
    };
    const delivery = base.again({ store });
    await base.put('1001', '1001');
    await expect(delivery.tick(base.stop.signal)).rejects.toThrow('disk full');
    await expect(delivery.tick(base.stop.signal)).rejects.toThrow('disk full');
    broken = false;
    await delivery.tick(base.stop.signal);
    expect(base.endpoint.arrivals).toHaveLength(1);
    expect(await base.states()).toEqual({ '1001': 'delivered' });
  });

  it('does not keep the worker marked as failed while the next tick has much to do', async () => {
    const base = await rig({ treat: () => 'hold' });
    let broken = true;
    const store = {
      ...base.store,
      getDestination: async (...args: Parameters<typeof base.store.getDestination>) => {
        if (broken) throw new Error('busy');
        return base.store.getDestination(...args);
      },
    };
    const delivery = base.again({ store });
    await base.put('1001', '1001');
    await expect(delivery.tick(base.stop.signal)).rejects.toThrow('busy');
    broken = false;
    expect(await delivery.tick(base.stop.signal)).toBe(0);
    const done = delivery.tick(base.stop.signal);
    await until(() => base.endpoint.arrivals.length === 1);
    base.endpoint.release();
    await done;
    expect(await base.states()).toEqual({ '1001': 'delivered' });
  });
});

it('a fault of our own loses nothing and shows', async () => {
  const base = await rig();
  let faulty = true;
  const delivery = base.again({
    http: {
      send: async () => {
        if (faulty) throw new TypeError('a bug');
        return { status: 200, headers: {}, text: '' };
      },
    },
  });
  await base.put('1001', '1001');
  await expect(delivery.tick(base.stop.signal)).rejects.toThrow('a bug');
  faulty = false;
  while ((await delivery.tick(base.stop.signal)) === 0);
  expect(await base.states()).toEqual({ '1001': 'delivered' });
});

it('logs ids and our own words only, and counts', async () => {
  const metrics = createMetrics();
  const treat = ({ eventId }: { eventId: string }) => ({
    status: { '1001': 200, '1002': 500, '1003': 400 }[eventId] ?? 401,
    body: 'canary-answer',
  });
  const { put, tick, lines } = await rig({ metrics, treat });
  for (const id of ['1001', '1002', '1003']) await put(id, id);
  await tick();
  await put('1004', '1004');
  await tick();
  expect(lines.map(({ level, eventId, status }) => `${level} ${eventId} ${status}`).toSorted()).toEqual([
    'error 1003 400',
    'error undefined undefined',
    'info 1001 undefined',
    'warn 1002 500',
    'warn 1004 401',
  ]);
  expect(lines.find(({ msg }) => msg === 'event delivered')).toMatchObject({
    store: SHOP,
    destination: 'converge',
    orderId: '1001',
    attempt: 1,
    ms: 0,
  });
  expect(JSON.stringify(lines)).not.toContain('canary');
  const text = await metrics.registry.metrics();
  expect(text).toContain('deliveries_total{store="main",destination="converge",result="delivered"} 1');
  expect(text).toContain('deliveries_total{store="main",destination="converge",result="dead"} 1');
  expect(text).toContain('deliveries_total{store="main",destination="converge",result="retry"} 2');
});
