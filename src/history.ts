/** History as the whole program knows it: when it begins, who asks for it, and running it where no daemon does. */
import type { Parts } from './app.ts';
import { rehearse, type Rehearsal } from './backfill/rehearsal.ts';
import { selectConnections, type Connection } from './connection.ts';
import { ConnectorError } from './core/errors.ts';
import { startOfDay } from './core/time.ts';
import type { BackfillProgress, Span, StoreRow } from './store/types.ts';
import { reportPoison } from './suspects.ts';
import { createStoreWorkers } from './workers.ts';

/** Days of the shop's time zone (`YYYY-MM-DD`) on which orders were created, both included. */
export interface BackfillAsked {
  store?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

/** What became of the request for one store. */
export type BackfillTaken =
  { store: string; row: StoreRow; backfill: number } | { store: string; error: { code: string; message: string } };

/** How far it is, and what waits behind it. */
export interface BackfillLook {
  progress: BackfillProgress;
  /** Orders that are due and not read yet. */
  due: number;
  /** Events that can be delivered and are not yet. */
  pending: number;
  /** Delivery to one of its destinations is paused. */
  paused: boolean;
}

const DAY_MS = 86_400_000;

async function connectedRow({ store }: Parts, name: string): Promise<StoreRow> {
  const row = await store.getStore(name);
  if (row?.state === 'connected') return row;
  throw new ConnectorError('CLI_NOT_CONNECTED', `Store "${name}" is not connected. Run connect first.`);
}

/** Throws what is anything else. */
function notConnected(error: unknown): ConnectorError {
  if (error instanceof ConnectorError && error.code === 'CLI_NOT_CONNECTED') return error;
  throw error;
}

/** Throws TIME_DATE, CLI_USAGE. */
function spanOf(asked: BackfillAsked, { config }: Connection, row: StoreRow, now: number): Span {
  const first = asked.since ?? config.backfill.since;
  const since = first === null ? null : startOfDay(first, row.timeZone);
  const end = asked.until === undefined ? now : startOfDay(nextDay(asked.until), row.timeZone);
  if (since !== null && since >= end) throw new ConnectorError('CLI_USAGE', 'The last day (--until) is before the first one (--since).');
  return { since, until: Math.min(end, now) };
}

function nextDay(date: string): string {
  // Throws for what is no date.
  startOfDay(date, 'UTC');
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

/** Records the request for each store; one that is not connected is told apart. The same request again is the unfinished one. */
export async function requestBackfills(parts: Parts, asked: BackfillAsked): Promise<BackfillTaken[]> {
  const { store, clock } = parts;
  const taken: BackfillTaken[] = [];
  for (const connection of selectConnections(parts.connections, asked.store)) {
    const { name } = connection;
    try {
      const row = await connectedRow(parts, name);
      const span = spanOf(asked, connection, row, clock.now());
      const words = `${asked.since ?? connection.config.backfill.since ?? ''}..${asked.until ?? ''}`;
      const { id } = await store.requestBackfill({ store: name, origin: 'command', words, ...span }, clock.now());
      taken.push({ store: name, row, backfill: id });
    } catch (error) {
      const { code, message } = notConnected(error);
      taken.push({ store: name, error: { code, message } });
    }
  }
  return taken;
}

export async function lookAtBackfill({ store, clock, connections }: Parts, name: string, id: number): Promise<BackfillLook | null> {
  const progress = (await store.listBackfills(name, 50)).find((one) => one.id === id);
  if (!progress) return null;
  const counts = await store.counts(name, clock.now());
  const destinations = connections.find((connection) => connection.name === name)?.destinations ?? [];
  const states = await Promise.all(destinations.map((destination) => store.getDestination(name, destination.name)));
  return {
    progress,
    due: counts.due - counts.waiting,
    pending: counts.events.pending - counts.blocked,
    paused: states.some(({ pausedAt }) => pausedAt !== null),
  };
}

/** Reads, derives and delivers in this process until stopped. Null: a daemon runs, which does it. Takes the daemon's lock, so that nobody else works on the database. */
export async function runHistory(parts: Parts, names: string[]): Promise<{ stop(): Promise<void> } | null> {
  const { holder, poison } = await parts.store.lockDaemon(parts.clock.now());
  if (holder) return null;
  reportPoison(parts, poison);
  const lines = parts.connections.filter(({ name }) => names.includes(name)).map((connection) => createStoreWorkers(parts, connection));
  const workers = lines.flatMap(({ working }) => working);
  for (const worker of workers) worker.start();
  return {
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}

/** What a dry run found of one store. */
export type BackfillRehearsed = (Rehearsal & { store: string }) | Extract<BackfillTaken, { error: unknown }>;

/** Counts and derives, writes and sends nothing; a store that is not connected is told apart. */
export async function rehearseBackfills(
  parts: Parts,
  asked: BackfillAsked,
  signal: AbortSignal,
  onProgress: (store: string, rehearsal: Rehearsal) => void,
): Promise<BackfillRehearsed[]> {
  const results: BackfillRehearsed[] = [];
  for (const connection of selectConnections(parts.connections, asked.store)) {
    const { name, config, shopify, destinations } = connection;
    const row = await connectedRow(parts, name).catch(notConnected);
    if (row instanceof ConnectorError) {
      results.push({ store: name, error: { code: row.code, message: row.message } });
      continue;
    }
    const span = spanOf(asked, connection, row, parts.clock.now());
    const options = { ...parts, storeName: name, shopify, destinations, settings: config };
    const rehearsal = await rehearse(options, span, signal, (state) => onProgress(name, state));
    results.push({ store: name, ...rehearsal });
  }
  return results;
}
