/** The story of the demo, told while it happens: install, history, an upsell inside the wait, a refund, an order that is left out. */
import { setTimeout as wait } from 'node:timers/promises';
import type { ConvergeBody } from '../sandbox/index.ts';
import { DEMO_DELAY_SECONDS, type Stage } from './demo-stage.ts';

const LOOK_MS = 50;
/** Longer than any step takes on a slow machine; then the story goes on without it and the summary says what is missing. */
const PATIENCE_MS = 30_000;

export async function tellStory(stage: Stage): Promise<void> {
  const { sandbox, say, colours } = stage;
  say(colours.bold('shopify-converge: a Shopify store, a Converge endpoint and the worker between them, all on this machine'));
  say();
  say(`  Shopify store     ${sandbox.origin}`);
  say(`  Converge          ${sandbox.convergeUrl}`);
  say(`  Status page       http://${stage.daemon.admin.host}:${stage.daemon.admin.port}/`);
  await install(stage);
  await history(stage);
  const order = await upsell(stage);
  await refund(stage, order);
  await excluded(stage);
}

async function install(stage: Stage): Promise<void> {
  const { app, colours } = stage;
  chapter(stage, '1', 'Install');
  await until(async () => (await app.status()).stores[0]?.row?.subscriptions.length !== 0 && (await app.status()).stores[0]?.row !== null);
  const row = (await app.status()).stores[0]?.row;
  line(stage, 'worker', `token by the client-credentials grant for ${row?.domain}`);
  line(stage, 'worker', `scopes ${row?.scopes.join(', ')}`);
  line(stage, 'worker', `${row?.subscriptions.length} webhook subscriptions ${colours.dim('(ids and times only, no personal data)')}`);
}

async function history(stage: Stage): Promise<void> {
  const { app, sandbox } = stage;
  chapter(stage, '2', `History: ${sandbox.shop.orders().length} orders from before the connection`);
  await until(async () => {
    const counts = (await app.status()).stores[0]?.counts;
    const known = Object.values(counts?.orders ?? {}).reduce((sum, count) => sum + count, 0);
    return counts !== undefined && known >= sandbox.shop.orders().length && counts.due === 0 && counts.events.pending === 0;
  });
  const { byName } = sandbox.converge.counts();
  const counts = (await app.status()).stores[0]?.counts;
  line(stage, 'worker', `read them from Shopify; ${counts?.orders.excluded ?? 0} left out by the config (exclude.channels: [pos])`);
  line(
    stage,
    'converge',
    `${byName['Placed Order'] ?? 0} Placed Order, ${byName['Received Refund'] ?? 0} Received Refund, each with historical: true`,
  );
}

/** Returns the order's name. */
async function upsell(stage: Stage): Promise<string> {
  const { sandbox, colours } = stage;
  chapter(stage, '3', `A live order with an upsell ${colours.dim(`(the wait is ${DEMO_DELAY_SECONDS} s here, 10 minutes by default)`)}`);
  const order = sandbox.shop.createOrder({
    lines: [{ variant: 'WR-42-GR' }],
    shipping: { price: '4.90' },
    customer: { email: 'ada@example.com', firstName: 'Ada', lastName: 'Example' },
    shippingAddress: { city: 'Berlin', countryCode: 'DE', zip: '10115' },
  });
  line(stage, 'shopify', `order ${order.name}: Wool Runner`);
  await until(async () => (await stage.app.status()).stores[0]?.held.some((held) => held.orderId === order.id) ?? false);
  line(stage, 'worker', 'webhook verified, on the disk, answered; the order waits for an upsell');
  await wait((DEMO_DELAY_SECONDS * 1000) / 2);
  sandbox.shop.editOrder(order.id, { add: [{ variant: 'MS-M' }], pay: true });
  line(stage, 'shopify', `post-purchase offer accepted: Merino Sock is added to ${order.name}`);
  const event = await received(stage, order.id);
  line(stage, 'converge', `${describe(event)}: one event, upsell included`);
  return order.name;
}

async function refund(stage: Stage, name: string): Promise<void> {
  const { sandbox } = stage;
  chapter(stage, '4', 'A refund');
  const { lines } = sandbox.shop.order(name);
  const sock = lines.at(-1);
  const given = sandbox.shop.refund(name, { lines: sock ? [{ lineId: sock.id, quantity: 1 }] : [] });
  line(stage, 'shopify', `the sock of ${name} comes back, its money is paid back`);
  line(stage, 'converge', describe(await received(stage, `refund-${given.id}`)));
}

async function excluded(stage: Stage): Promise<void> {
  const { sandbox, app } = stage;
  chapter(stage, '5', 'An order the config leaves out');
  const order = sandbox.shop.createOrder({ lines: [{ variant: 'TM-1' }], sourceName: 'pos' });
  line(stage, 'shopify', `order ${order.name} at the till (source pos)`);
  await until(async () => (await app.status()).stores[0]?.held.some((held) => held.orderId === order.id) ?? false);
  const before = await excludedOrders(stage);
  await until(async () => (await excludedOrders(stage)) > before);
  line(stage, 'worker', 'left out, with its reason kept: channel:pos');
}

async function excludedOrders({ app }: Stage): Promise<number> {
  return (await app.status()).stores[0]?.counts.orders.excluded ?? 0;
}

/** More orders, until told to stop. */
export async function goOn(stage: Stage, stopped: Promise<unknown>): Promise<void> {
  const { sandbox, say, colours } = stage;
  const over = new AbortController();
  void stopped.then(() => over.abort());
  say();
  say(colours.bold('An order every few seconds from here on. Open the addresses above; Ctrl-C ends it.'));
  let seen = sandbox.converge.events().length;
  let placed = 0;
  while (!over.signal.aborted) {
    await wait(1_000, undefined, { signal: over.signal }).catch(() => {});
    const events = sandbox.converge.events();
    for (const event of events.slice(seen)) line(stage, 'converge', describe(event));
    seen = events.length;
    if ((placed += 1) % 4 !== 1) continue;
    const order = sandbox.shop.createOrder({
      lines: [{ variant: placed % 8 === 1 ? 'CN-50' : 'EB-1000' }],
      customer: { email: `guest${placed}@example.com` },
    });
    line(stage, 'shopify', `order ${order.name}`);
  }
}

function chapter({ say, colours }: Stage, number: string, title: string): void {
  say();
  say(colours.bold(`${number}  ${title}`));
}

function line({ say, colours, elapsed }: Stage, who: 'shopify' | 'worker' | 'converge', text: string): void {
  const seconds = `${(elapsed() / 1000).toFixed(1)} s`.padStart(7);
  const mark = { shopify: 'Shopify ', worker: 'worker  ', converge: 'Converge' }[who];
  say(`${colours.dim(seconds)}  ${who === 'converge' ? colours.good(mark) : who === 'shopify' ? colours.warning(mark) : mark}  ${text}`);
}

function describe(event: ConvergeBody | null): string {
  if (!event) return 'nothing came; see the summary';
  const { order_name: name, total_price: total, currency, items } = event.properties;
  const goods = Array.isArray(items) ? items.length : 0;
  return `${event.event_name} ${String(name)}: ${Number(total).toFixed(2)} ${String(currency)}, ${goods} item${goods === 1 ? '' : 's'}`;
}

async function received({ sandbox }: Stage, eventId: string): Promise<ConvergeBody | null> {
  const find = () => sandbox.converge.events().find((event) => event.event_id === eventId) ?? null;
  await until(() => Promise.resolve(find() !== null));
  return find();
}

async function until(done: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await done()) && performance.now() < end) await wait(LOOK_MS);
}
