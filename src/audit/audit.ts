/** Order accounting against Shopify: day by day its count against ours, and order by order where they differ. */
import { ConnectorError } from '../core/errors.ts';
import { dateAfter, dayOf, daysOf, startOfDay, type Day } from '../core/time.ts';
import type { Clock } from '../platform/clock.ts';
import { foundOrder } from '../reconcile/found.ts';
import type { CreatedOrder, CreationSpan, Shopify } from '../shopify/types.ts';
import type { Store, StoreRow } from '../store/types.ts';
import { compareDay, type Absence, type Comparison } from './compare.ts';
import { dayAudit } from './day.ts';
import type { AuditReport, DayAudit, Finding } from './report.ts';

export interface AuditOptions {
  storeName: string;
  store: Pick<Store, 'getStore' | 'accounting' | 'daySnapshot' | 'markFound' | 'markAgain'>;
  shopify: Pick<Shopify, 'ordersCount' | 'ordersCreated' | 'orders'>;
  /** Why nothing is known, rightly, of an order created at that time, ms; null: it should be known. */
  absence: (row: StoreRow) => Promise<(createdAt: number) => Absence | null>;
  upsellDelayMs: number;
  clock: Clock;
}

export interface AuditRequest {
  /** `YYYY-MM-DD`, days of the shop's time zone, both included. */
  since: string;
  /** Default: today. */
  until?: string | undefined;
  /** Compare every order of every day, whatever the counts say. */
  everyOrder?: boolean | undefined;
}

/** An order of the second in which an audit begins may be in one count and not in the other: such seconds are left to the next audit. */
const MARGIN_MS = 2_000;
/** How long an order may be on its way: webhooks, search and replicas lag. */
const YOUNG_MS = 120_000;
/** What a token without read_all_orders sees. */
const VISIBLE_MS = 60 * 86_400_000;
/** Days asked about at once; the cost budget sets the pace. */
const AT_ONCE = 4;
/** Orders Shopify did not list are asked for by id, up to so many. */
const VERIFIED = 250;
/** The largest page of Shopify's. */
const PAGE = 250;
const ALL_ORDERS = 'read_all_orders';

/**
 * A day of one page of orders (250) is compared order by order, a larger one by count and order by order where the counts differ. What is missing here, or no
 * longer known to Shopify, is marked due, so that it is read and the next audit finds it. Safe beside a running daemon.
 * Throws AUDIT_NOT_CONNECTED, AUDIT_SPAN, TIME_DATE, and what Shopify refuses.
 */
export async function audit(options: AuditOptions, request: AuditRequest): Promise<AuditReport> {
  const { store, storeName, clock } = options;
  const row = await store.getStore(storeName);
  if (!row) throw new ConnectorError('AUDIT_NOT_CONNECTED', `Store "${storeName}" was never connected. Run connect first.`);
  const begunAt = clock.now();
  const until = request.until ?? dayOf(begunAt, row.timeZone);
  const from = startOfDay(request.since, row.timeZone);
  const end = Math.min(startOfDay(dateAfter(until), row.timeZone), Math.floor((begunAt - MARGIN_MS) / 1000) * 1000);
  if (until < request.since || end <= from) {
    throw new ConnectorError(
      'AUDIT_SPAN',
      `There is no day from ${request.since} to ${until} that has begun. Give --since a day that is not later.`,
    );
  }

  const visibleFrom = row.scopes.includes(ALL_ORDERS) ? -Infinity : begunAt - VISIBLE_MS;
  const absence = await options.absence(row);
  const days = daysOf(from, end, row.timeZone);
  const audits: AuditedDay[] = [];
  for (let at = 0; at < days.length; at += AT_ONCE) {
    const some = days.slice(at, at + AT_ONCE);
    audits.push(
      ...(await Promise.all(
        some.map((day) =>
          day.from < visibleFrom
            ? unseenDay(options, day)
            : auditDay(options, { row, day, begunAt, absence, everyOrder: request.everyOrder ?? false }),
        ),
      )),
    );
  }
  const findings = audits.flatMap((one) => one.findings);
  return {
    store: storeName,
    ok: findings.every(({ explained }) => explained),
    error: null,
    timeZone: row.timeZone,
    since: request.since,
    until,
    endAt: end,
    days: audits.map(({ day }) => day),
    findings,
    notes: notesOf(days, visibleFrom),
  };
}

/** The audit of a store that could not be audited. */
export function failedAudit(store: string, request: AuditRequest, error: { code: string; message: string }): AuditReport {
  return {
    store,
    ok: false,
    error,
    timeZone: 'UTC',
    since: request.since,
    until: request.until ?? request.since,
    endAt: 0,
    days: [],
    findings: [],
    notes: [],
  };
}

interface AuditedDay {
  day: DayAudit;
  findings: Finding[];
}

interface DayRequest {
  row: StoreRow;
  day: Day;
  begunAt: number;
  absence: (createdAt: number) => Absence | null;
  everyOrder: boolean;
}

async function auditDay(options: AuditOptions, { row, day, begunAt, absence, everyOrder }: DayRequest): Promise<AuditedDay> {
  const { store, storeName, shopify } = options;
  const span = { since: day.from, until: day.to };
  const first = await readOrders(shopify, span, everyOrder);
  if (!first.whole) {
    // Ours is looked at after theirs: what was missing then may have come since, and is then no difference.
    const count = await shopify.ordersCount(span);
    const counted = dayAudit(day.date, count, await store.accounting(storeName, day.from, day.to), null);
    if (counted.difference === 0) return { day: counted, findings: [] };
  }
  const theirs = first.whole ? first.orders : (await readOrders(shopify, span, true)).orders;
  const snapshot = await store.daySnapshot(
    storeName,
    day,
    theirs.map(({ orderId }) => orderId),
  );
  const comparison = compareDay({
    day: day.date,
    theirs,
    ours: snapshot.ledger,
    due: snapshot.due,
    absence,
    youngFrom: begunAt - YOUNG_MS,
  });
  const found = await verified(options, comparison);
  await markDue(options, row, theirs, found.findings);
  return { day: dayAudit(day.date, theirs.length + found.unlisted, snapshot.rows, comparison), findings: found.findings };
}

/** A day the token does not see: ours alone. */
async function unseenDay({ store, storeName }: AuditOptions, { date, from, to }: Day): Promise<AuditedDay> {
  return { day: dayAudit(date, null, await store.accounting(storeName, from, to), null), findings: [] };
}

/** The orders of a span: all of them, or those of the first page. */
async function readOrders(shopify: AuditOptions['shopify'], span: CreationSpan, toTheEnd: boolean) {
  const orders = new Map<string, CreatedOrder>();
  for await (const page of shopify.ordersCreated(span)) {
    for (const order of page) orders.set(order.orderId, order);
    if (!toTheEnd && page.length >= PAGE) return { orders: [...orders.values()], whole: false };
  }
  return { orders: [...orders.values()], whole: true };
}

/** Search may not list an order yet, or again: what it does not show is asked for by id. `unlisted`: how many of them Shopify has. */
async function verified({ shopify }: AuditOptions, { findings }: Comparison): Promise<{ findings: Finding[]; unlisted: number }> {
  const doubtful = findings.filter(({ kind }) => kind === 'not_in_shopify').slice(0, VERIFIED);
  if (doubtful.length === 0) return { findings, unlisted: 0 };
  const { orders, failed } = await shopify.orders(doubtful.map(({ orderId }) => orderId));
  const there = new Set([...orders.keys(), ...failed.keys()]);
  return { findings: findings.filter(({ orderId }) => !there.has(orderId)), unlisted: there.size };
}

async function markDue(
  { store, storeName, upsellDelayMs, clock }: AuditOptions,
  row: StoreRow,
  theirs: CreatedOrder[],
  findings: Finding[],
) {
  const named = new Map(findings.map((finding) => [finding.orderId, finding.kind]));
  const found = theirs.filter(({ orderId }) => named.has(orderId)).map((order) => foundOrder(row, order, upsellDelayMs));
  if (found.length > 0) await store.markFound(storeName, found, clock.now());
  const gone = findings.filter(({ kind }) => kind === 'not_in_shopify').map(({ orderId }) => orderId);
  if (gone.length > 0) await store.markAgain(storeName, gone, clock.now());
}

function notesOf(days: Day[], visibleFrom: number): string[] {
  const unseen = days.filter(({ from }) => from < visibleFrom);
  if (visibleFrom === -Infinity) return [];
  const words = 'The token sees the orders of the last 60 days only (read_all_orders is missing)';
  if (unseen.length === 0) return [`${words}; all days of this audit are among them.`];
  return [
    `${words}: ${unseen[0]!.date} to ${unseen.at(-1)!.date} cannot be compared. Grant read_all_orders to the app, then run connect again.`,
  ];
}
