/** A real store, a real endpoint and a hand-moved clock around one delivery. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { createConverge } from '../../src/destinations/converge/converge.ts';
import { createDelivery, type Delivery, type DeliveryOptions, type DeliverySettings } from '../../src/delivery/delivery.ts';
import { createHttp } from '../../src/platform/http.ts';
import { createLogger } from '../../src/platform/logger.ts';
import type { Store } from '../../src/store/types.ts';
import { handClock, type HandClock } from '../clock.ts';
import { event, open, SHOP } from '../store/fixture.ts';

export interface Arrival {
  eventId: string;
  body: string;
  headers: IncomingMessage['headers'];
  at: number;
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** How the endpoint treats a request: answers it, cuts it off, or leaves it until `release`. */
export type Treat = (arrival: Arrival) => Reply | 'reset' | 'hold' | Promise<Reply>;

export const OK: Reply = { status: 200, body: 'ok' };

export interface Endpoint {
  url: string;
  arrivals: Arrival[];
  treat: Treat;
  /** Requests that are being answered right now, and the most there ever were. */
  open: number;
  most: number;
  /** Answers what is held. */
  release(reply?: Reply): void;
  ids(): string[];
}

async function endpoint(clock: HandClock, treat: Treat = () => OK): Promise<Endpoint> {
  const held: ServerResponse[] = [];
  const answer = (response: ServerResponse, { status, headers, body }: Reply) => response.writeHead(status, headers).end(body);
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const arrival = { eventId: (JSON.parse(body) as { event_id: string }).event_id, body, headers: request.headers, at: clock.now() };
    self.arrivals.push(arrival);
    self.open += 1;
    self.most = Math.max(self.most, self.open);
    response.on('close', () => (self.open -= 1));
    const treatment = await self.treat(arrival);
    if (treatment === 'reset') request.socket.resetAndDestroy();
    else if (treatment === 'hold') held.push(response);
    else answer(response, treatment);
  };
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(() => resolve()));
  });
  const self: Endpoint = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    arrivals: [],
    treat,
    open: 0,
    most: 0,
    release: (reply = OK) => held.splice(0).forEach((response) => answer(response, reply)),
    ids: () => self.arrivals.map(({ eventId }) => eventId),
  };
  return self;
}

export interface Line extends Record<string, unknown> {
  level: string;
  msg: string;
}

export interface Rig {
  store: Store & { path: string };
  clock: HandClock;
  endpoint: Endpoint;
  delivery: Delivery;
  lines: Line[];
  stop: AbortController;
  /** Another delivery on the same store and endpoint, as after a restart. */
  again(more?: Partial<DeliveryOptions> & { set?: Partial<DeliverySettings>; timeoutMs?: number }): Delivery;
  /** Puts events on the outbox, in this order, now. */
  put(orderId: string, ...eventIds: string[]): Promise<void>;
  tick(): Promise<number>;
  /** What became of each event, by id: `delivered`, `pending 2` (attempts), `dead`. */
  states(): Promise<Record<string, string>>;
}

export async function rig(
  more: Partial<DeliveryOptions> & { set?: Partial<DeliverySettings>; timeoutMs?: number; treat?: Treat; store?: Rig['store'] } = {},
): Promise<Rig> {
  const clock = handClock();
  const store = more.store ?? open();
  const target = await endpoint(clock, more.treat);
  const lines: Line[] = [];
  const logger = createLogger(
    { level: 'debug', fd: 2, pretty: false, colour: false },
    { write: (text) => void lines.push(JSON.parse(text) as Line) },
  );
  const stop = new AbortController();
  const again: Rig['again'] = ({ set, timeoutMs, ...options } = {}) => {
    const settings = { concurrency: 4, perSecond: 10_000, maxAgeHours: 72, timeoutSeconds: 15, ...set };
    const http = createHttp({ connections: settings.concurrency, timeoutMs: timeoutMs ?? 10_000 });
    onTestFinished(() => http.close());
    return createDelivery({
      store,
      storeName: SHOP,
      destination: createConverge({ endpoint: target.url, token: 'canary-token' }),
      http,
      settings,
      clock,
      random: () => 0.5,
      logger,
      ...options,
    });
  };
  const delivery = again(more);
  return {
    store,
    clock,
    endpoint: target,
    delivery,
    lines,
    stop,
    again,
    put: async (orderId, ...eventIds) => {
      for (const id of eventIds) {
        const events = [{ event: event(id, { profile_properties: { $email: `canary-${id}@example.com` } }), orderId }];
        await store.addEvents({ store: SHOP, destination: 'converge', events, now: clock.now() });
      }
    },
    tick: () => delivery.tick(stop.signal),
    states: async () => {
      const events = await store.listEvents({ store: SHOP, limit: 10_000 });
      return Object.fromEntries(
        events.map(({ eventId, state, attempts }) => [eventId, state === 'pending' ? `pending ${attempts}` : state]),
      );
    },
  };
}

/** Waits for the network, which keeps its own time. */
export async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 5_000;
  while (!holds()) {
    expect(performance.now(), 'waited too long').toBeLessThan(end);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Moves the clock until `promise` settles. */
export async function moving<T>(clock: HandClock, promise: Promise<T>, stepMs: number): Promise<T> {
  let settled = false;
  void promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  while (!settled) await clock.advance(stepMs);
  return promise;
}
