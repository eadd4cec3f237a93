/** `status`: how the daemon and each store are, at a glance. */
import { relative, time } from '../admin/time.ts';
import type { App, StatusReport } from '../app.ts';
import { DISCONNECTED_BY_USER } from '../install/install.ts';
import { missingScopes } from '../install/scopes.ts';
import type { StoreCounts, StoreRow } from '../store/types.ts';
import { progressText, sliceText } from './backfill-progress.ts';
import { OK } from './exit-codes.ts';
import { clean, printJson, table, type Screen } from './screen.ts';
import { countOf, decisionWords, tally, timeIn } from './words.ts';

type StoreStatus = StatusReport['stores'][number];

export async function showStatus(app: Pick<App, 'status'>, screen: Screen): Promise<number> {
  const report = await app.status();
  if (screen.json) {
    printJson(screen, report);
    return OK;
  }
  const { daemon, stores } = clean(report);
  const { bold, good, warning } = screen.colours;
  const running = daemon
    ? `${good('running')}, process ${daemon.pid} on ${daemon.host} since ${time(daemon.startedAt)}`
    : warning('not running');
  screen.print(`${bold('daemon')}  ${running}`);
  for (const store of stores) screen.print(`\n${storeText(store, screen)}`);
  return OK;
}

function storeText(store: StoreStatus, screen: Screen): string {
  const { bold, bad } = screen.colours;
  const { row } = store;
  if (!row) return `${bold(store.name)}  ${bad('never connected')}: run connect, or start`;
  const rows = [
    ...trouble(store, screen),
    ...connection(store, row, screen),
    ...history(store, row, screen),
    ...orders(store, row, screen),
    ...events(store, screen),
    ...auditText(store, screen),
    ...oddities(store, screen),
  ];
  return `${bold(store.name)}  ${row.shopName} (${row.domain}), ${row.currency}\n${table(rows, '  ', screen.width)}`;
}

function connection({ webhooks, reconcileEveryMinutes }: StoreStatus, row: StoreRow, { now, colours }: Screen): string[][] {
  const state =
    row.state === 'connected'
      ? `${colours.good('connected')} since ${timeIn(row.timeZone, row.connectedAt)}, last token ${ago(row.tokenAt, now)}`
      : `${colours.bad('disconnected')}: ${reasonText(row.stateReason)}`;
  const checked = `checked ${ago(row.subscriptionsCheckedAt, now)}`;
  const missing = webhooks ? colours.warning('no subscription: see doctor') : 'none without server.publicUrl';
  return [
    ['connection', state],
    ...missingScopes(row.scopes).map(({ scope, cost }) => ['', colours.warning(`${scope} is missing: ${cost}`)]),
    ['webhooks', row.subscriptions.length === 0 ? missing : `${countOf(row.subscriptions.length, 'subscription')}, ${checked}`],
    ['reconcile', `${row.reconciledAt === null ? 'not yet' : ago(row.reconciledAt, now)}, every ${reconcileEveryMinutes} min`],
  ];
}

/** What is not at its end, and else the last one. */
function history({ backfills }: StoreStatus, row: StoreRow, { colours }: Screen): string[][] {
  const open = backfills.filter(({ finishedAt }) => finishedAt === null);
  return (open.length > 0 ? open : backfills.slice(0, 1)).flatMap((one) => {
    const ended = one.finishedAt === null ? '' : `, ended ${timeIn(row.timeZone, one.finishedAt)}`;
    const text = `${progressText(one)} · ${sliceText(one)}${ended}`;
    return [
      ['backfill', one.state === 'done' ? text : one.state === 'failed' ? colours.bad(`not whole: ${text}`) : text],
      ...(one.error === null ? [] : [['', colours.warning(one.error)]]),
      ...one.failed.map(({ since, until, error, firstId, lastId }) => [
        '',
        colours.bad(
          `${timeIn(row.timeZone, since)} to ${timeIn(row.timeZone, until)}: ${error ?? ''}${firstId === null ? '' : ` Orders ${firstId} to ${lastId}.`}`,
        ),
      ]),
    ];
  });
}

/** The daemon's own audit of the last days. */
function auditText({ audit }: StoreStatus, { now, colours }: Screen): string[][] {
  if (!audit) return [];
  const { at, since, until, shopify, accounted, differing } = audit;
  const figures = `${ago(at, now)}, ${since} to ${until}: ${accounted} of ${countOf(shopify, 'order')} accounted for`;
  return [['audit', differing === 0 ? figures : colours.bad(`${figures}, ${differing} to look at: run audit --since ${since}`)]];
}

function reasonText(reason: string | null): string {
  return reason === DISCONNECTED_BY_USER
    ? 'by the disconnect command; connect or a start of the daemon connects it again'
    : (reason ?? 'unknown reason');
}

function orders({ counts, held }: StoreStatus, row: StoreRow, { now, colours }: Screen): string[][] {
  const dueNow = counts.due - counts.waiting;
  const oldest = counts.oldestDueAt === null ? '' : `, the oldest due ${ago(counts.oldestDueAt, now)}`;
  return [
    ['orders', tally(counts.orders, decisionWords) || 'none yet'],
    ...(counts.orders.excluded ? [['excluded', tally(withoutPrefix(counts.excluded))]] : []),
    ['to read', dueNow === 0 ? 'nothing due' : `${countOf(dueNow, 'order')} due${oldest}`],
    ['waiting', counts.waiting === 0 ? 'none' : countOf(counts.waiting, 'order')],
    ...held
      .filter(({ dueAt }) => dueAt > now)
      .map(({ name, orderId, dueAt, reason }) => {
        return ['', `${name ?? orderId}  ${relative(dueAt, now)} (${timeIn(row.timeZone, dueAt)})  ${colours.dim(reason)}`];
      }),
  ];
}

function events({ counts }: StoreStatus, { now }: Screen): string[][] {
  const { pending, delivered, discarded } = counts.events;
  const age = counts.oldestPendingAt === null ? '' : `, the oldest written ${ago(counts.oldestPendingAt, now)}`;
  return [
    ['outbox', pending === 0 ? 'empty' : `${countOf(pending, 'event')}${age}`],
    ['delivered', delivered === 0 ? 'none yet' : `${countOf(delivered, 'event')}, last one ${ago(counts.lastDeliveredAt, now)}`],
    ...(discarded > 0 ? [['discarded', countOf(discarded, 'event')]] : []),
  ];
}

/** What somebody has to act on: at the top, where it is also seen of a picture that is longer than the terminal. */
function trouble({ counts, destinations, failing, alerts }: StoreStatus, { now, colours }: Screen): string[][] {
  const paused = destinations.filter(({ pausedAt }) => pausedAt !== null);
  return [
    ...alerts.map(({ summary, openedAt, toldAt }) => {
      return ['alert', colours.bad(`${ago(openedAt, now)}${toldAt === null ? '' : ', told'}: ${summary}`)];
    }),
    ...paused.map(({ destination, cause, reason, pausedAt, probeAt }) => {
      const next = probeAt === null ? '' : `; one event is tried ${relative(probeAt, now)}`;
      return [
        cause === 'down' ? 'down' : 'paused',
        colours.bad(`${destination}, ${ago(pausedAt, now)}: ${reason ?? 'unknown reason'}${next}`),
      ];
    }),
    ...failing.map(({ name, orderId, attempts, nextAt, error }) => {
      return [
        'failing',
        colours.bad(`order ${name ?? orderId}: ${error}; tried ${countOf(attempts, 'time')}, again ${relative(nextAt, now)}`),
      ];
    }),
    ...deadText(counts).map((text) => ['dead', colours.bad(text)]),
  ];
}

/** What somebody may want to look at. */
function oddities({ counts }: StoreStatus, { colours }: Screen): string[][] {
  return [
    ...changedText(counts).map((text) => ['changed', colours.warning(text)]),
    ...unmappedText(counts).map((text) => ['unmapped', colours.warning(text)]),
  ];
}

function deadText({ events: { dead }, blocked, deadOrders }: StoreCounts): string[] {
  const behind = blocked === 0 ? '' : `, ${countOf(blocked, 'event')} blocked behind ${dead === 1 ? 'it' : 'them'}`;
  return [
    ...(dead > 0 ? [`${countOf(dead, 'event')} could not be delivered${behind}: see dead-letters list`] : []),
    ...(deadOrders > 0 ? [`${countOf(deadOrders, 'order')} could not be read: see dead-letters list --kind order`] : []),
  ];
}

function changedText({ changedAfterSending }: StoreCounts): string[] {
  return changedAfterSending.map(({ currency, orders: count, difference, youngest }) => {
    const each = youngest.map((order) => `${order.name} ${signed(order.difference)}`).join(', ');
    return `${countOf(count, 'order')} after sending, ${signed(difference)} ${currency} in all: ${each}${count > youngest.length ? ', …' : ''}`;
  });
}

function signed(amount: string): string {
  return amount.startsWith('-') ? amount : `+${amount}`;
}

function unmappedText({ unmapped }: StoreCounts): string[] {
  return unmapped.map(({ sourceName, appName, orders: count }) => {
    return `${countOf(count, 'order')} from "${sourceName}"${appName ? ` (${appName})` : ''} sent as web: map it under salesChannels`;
  });
}

function withoutPrefix(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([key, count]) => [key.replace(/^excluded:/, ''), count]));
}

/** What happened while the report was made is no future. */
function ago(at: number | null, now: number): string {
  return relative(at === null ? null : Math.min(at, now), now);
}
