/** What it costs to turn an order as Shopify answers it into the events on the outbox, beside parsing and writing the same bytes. */
import type { Facts } from '../../src/core/decision.ts';
import type { RuleSettings } from '../../src/core/settings.ts';
import { derive as deriveEvents } from '../../src/pipeline/index.ts';
import type { OrderFieldsFragment } from '../../src/shopify/generated.ts';
import { toOrder } from '../../src/shopify/to-order.ts';
import { orderAnswer } from './order-answer.ts';
import { median, percent, type Benchmark } from './report.ts';

const ROUNDS = 15;
const ORDERS = 4_000;

const SETTINGS: RuleSettings = {
  exclude: { channels: ['pos'], tags: ['Exclude'], customerTags: [], paymentGateways: [], testOrders: false },
  subscriptions: { events: false },
  upsellDelay: { enabled: true, minutes: 10 },
  salesChannels: { '1780363': 'marketplace' },
  markets: null,
  aliases: { attributes: {}, relayDomains: [] },
};
const FACTS: Facts = {
  now: Date.parse('2026-11-20T12:30:00Z'),
  connectedAt: Date.parse('2026-11-01T00:00:00Z'),
  windowStart: null,
  previous: null,
  earlierOrderKnown: true,
  waitedForJourney: false,
};

export async function derive(): Promise<Benchmark> {
  const text = orderAnswer();
  const events = eventsOf(text);
  if (events.length !== 1) throw new Error(`the order gives ${events.length} events`);
  const floor: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    floor.push(perCpuSecond(() => JSON.stringify(JSON.parse(text))));
    ours.push(perCpuSecond(() => eventsOf(text)));
  }
  const part = median(ours) / median(floor);
  const rate = (value: number) => `${Math.round(value).toLocaleString('en')} orders per CPU-second`;
  return {
    title: `derive: order of ${(text.length / 1024).toFixed(1)} KB with ${JSON.parse(text).lineItems.nodes.length} lines -> events`,
    rows: [
      { what: 'JSON.parse + JSON.stringify', value: rate(median(floor)) },
      { what: 'parse, read, derive, stringify', value: rate(median(ours)) },
      { what: 'of the floor', value: percent(part), target: '>= 50 %', reached: part >= 0.5 },
    ],
  };
}

/** The events of an order as Shopify answers it, as they stand on the outbox. */
export function eventsOf(text: string): string[] {
  const fields = JSON.parse(text) as OrderFieldsFragment;
  const order = toOrder(fields, { lines: fields.lineItems.nodes, refunds: [], agreements: [] });
  return deriveEvents(order, SETTINGS, FACTS).events.map((event) => JSON.stringify(event));
}

function perCpuSecond(work: () => unknown): number {
  const before = process.cpuUsage();
  for (let index = 0; index < ORDERS; index += 1) work();
  const { user, system } = process.cpuUsage(before);
  return ORDERS / ((user + system) / 1_000_000);
}
