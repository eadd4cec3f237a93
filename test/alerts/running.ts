/** Alerts of one store on a real file, told to a real HTTP server, on a hand-moved clock; and what a restart leaves of them. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createAlerts } from '../../src/alerts/alerts.ts';
import type { Standing } from '../../src/alerts/conditions.ts';
import { Secret } from '../../src/core/secret.ts';
import { createHttp } from '../../src/platform/http.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { handClock } from '../clock.ts';
import { open, SHOP, T0, tempPath } from '../store/fixture.ts';
import { counts, row } from '../cli/double.ts';

export interface Message {
  text: string;
  alert: {
    id: string;
    state: string;
    store: string;
    kind: string;
    subject: string | null;
    openedAt: string;
    overAt: string | null;
    details: object;
  };
}

/** Takes messages, or answers `status`; `hangs` never answers. */
export async function receiver() {
  const messages: Message[] = [];
  const answered: number[] = [];
  let status: number | 'hangs' = 200;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (status === 'hangs') return;
      answered.push(status);
      if (status < 300) messages.push(JSON.parse(Buffer.concat(chunks).toString()) as Message);
      response.writeHead(status).end('ok');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T0/B0/canary-path`,
    messages,
    answered,
    answer: (next: number | 'hangs') => (status = next),
  };
}

/** Everything well. */
export function well(more: Partial<Standing> = {}): Standing {
  return {
    store: SHOP,
    row: row({ name: SHOP, reconciledAt: T0, firstConnectedAt: T0, connectedAt: T0 }),
    byUser: false,
    counts: counts(),
    signs: { oldestEventAt: null, oldestDueAt: null, failingSince: null },
    destinations: [],
    audit: null,
    reconcileEveryMs: 900_000,
    topics: null,
    now: T0,
    startedAt: T0,
    ...more,
  };
}

export async function startAlerts(url: string | null, path = tempPath(), clock = handClock(T0)) {
  const store = open(path);
  const http = createHttp({ connections: 1, timeoutMs: 1_000 });
  onTestFinished(() => http.close());
  const lines: string[] = [];
  let standings: Omit<Standing, 'now'>[] = [well()];
  const { tick } = createAlerts({
    store,
    standings: async () => standings,
    url: () => (url === null ? null : new Secret(url)),
    http,
    clock,
    random: () => 0.5,
    logger: createLogger({ level: 'debug', fd: 1, pretty: false, colour: false }, { write: (line: string) => void lines.push(line) }),
  });
  const look = () => tick(new AbortController().signal);
  return {
    store,
    path,
    clock,
    lines,
    stand: (...next: Omit<Standing, 'now'>[]) => (standings = next),
    look,
    /** Looks every half a minute for so many minutes. */
    pass: async (minutes: number) => {
      for (let half = 0; half < minutes * 2; half += 1) {
        await clock.advance(30_000);
        await look();
      }
    },
    open: async () =>
      (await store.listAlerts()).filter(({ overAt }) => overAt === null).map(({ kind, subject }) => kind + (subject && `:${subject}`)),
  };
}
