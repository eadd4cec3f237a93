/** `events list`: the event log, newest first. */
import { stripVTControlCharacters } from 'node:util';
import { relative } from '../admin/time.ts';
import type { App } from '../app.ts';
import type { EventFilter, EventState } from '../store/types.ts';
import { OK } from './exit-codes.ts';
import { clean, printJson, table, type Screen } from './screen.ts';
import { sinceTime } from './since.ts';

export interface EventListOptions {
  store?: string;
  /** Numeric id, gid or name. */
  order?: string;
  name?: string;
  status?: EventState | 'blocked';
  /** A day, a time with its zone, or an age. */
  since?: string;
  limit: number;
}

type Listed = Awaited<ReturnType<App['listEvents']>>[number];

export async function listEvents(app: Pick<App, 'listEvents' | 'status'>, options: EventListOptions, screen: Screen): Promise<number> {
  const since = options.since === undefined ? undefined : await sinceTime(app, options.since, options.store, screen.now);
  const filter: EventFilter = { store: options.store, name: options.name, state: options.status, since, limit: options.limit };
  const found = await find(app, filter, options.order);
  if (screen.json) {
    printJson(screen, found.map(forJson));
    return OK;
  }
  if (found.length === 0) screen.print('No event matches.');
  else screen.print(fitted([HEADINGS, ...clean(found).map((event) => cells(event, screen))], screen));
  if (found.length === options.limit && !screen.quiet) screen.print(screen.colours.dim(`The newest ${options.limit}; --limit shows more.`));
  return OK;
}

/** Digits are an id where an order has it, else the name without its #. */
async function find(app: Pick<App, 'listEvents'>, filter: EventFilter, order: string | undefined): Promise<Listed[]> {
  if (order === undefined) return app.listEvents(filter);
  const id = /^(?:gid:\/\/shopify\/Order\/)?(\d+)$/.exec(order.trim())?.[1];
  const byId = id === undefined ? [] : await app.listEvents({ ...filter, orderId: id });
  if (byId.length > 0 || order.includes('/')) return byId;
  return app.listEvents({ ...filter, orderName: order.trim() });
}

/** On a terminal that is too narrow, columns that say the same in every line are left out first, then those `show` has too. */
function fitted(rows: string[][], { width, colours }: Screen): string {
  const told = (column: number) => new Set(rows.slice(1).map((row) => row[column])).size > 1;
  const spare = ['store', 'to'].filter((name) => !told(HEADINGS.indexOf(name))).concat('attempts', 'outcome');
  const left = new Set<string>();
  for (;;) {
    const kept = rows.map((row) => row.filter((_cell, column) => !left.has(HEADINGS[column] ?? '')));
    const text = table(kept.map((row, index) => (index === 0 ? row.map(colours.dim) : row)));
    const widest = Math.max(...text.split('\n').map((line) => stripVTControlCharacters(line).length));
    const next = spare.shift();
    if (width === null || widest <= width || next === undefined) return text;
    left.add(next);
  }
}

const HEADINGS = ['id', 'store', 'order', 'event', 'event id', 'to', 'status', 'written', 'attempts', 'outcome'];

function cells(event: Listed, { colours, now }: Screen): string[] {
  const status = statusOf(event);
  const colour = { delivered: colours.good, dead: colours.bad, blocked: colours.bad }[status] ?? colours.warning;
  return [
    String(event.id),
    event.store,
    event.orderName ?? event.orderId,
    event.name,
    event.eventId,
    event.destination,
    colour(status),
    relative(event.createdAt, now),
    String(event.attempts),
    event.blockedBy === null ? (event.outcome === status ? '' : (event.outcome ?? '')) : `waits behind ${event.blockedBy}`,
  ];
}

function statusOf(event: Pick<Listed, 'state' | 'blockedBy'>): string {
  return event.blockedBy === null ? event.state : 'blocked';
}

function forJson({ body: _body, state: _state, ...event }: Listed) {
  return { ...event, status: statusOf({ state: _state, blockedBy: event.blockedBy }) };
}
