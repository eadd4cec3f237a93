/** How the demo ended: a picture of the way the orders took, and whether every one of them is accounted for. */
import type { StatusReport } from '../app.ts';
import type { Stage } from './demo-stage.ts';
import { table, type Colours } from './screen.ts';

export interface DemoSummary {
  shopify: { orders: number };
  worker: {
    webhooks: number;
    /** Decision -> orders. */
    orders: Record<string, number>;
    /** Reason -> orders. */
    excluded: Record<string, number>;
    events: Record<string, number>;
  };
  converge: { events: number; byName: Record<string, number>; repeats: number; outOfOrder: number; refused: number };
  /** Every order of the shop has a decision, and every event was delivered once, in order. */
  accountedFor: boolean;
}

const REST: Record<string, string> = {
  held: 'still waiting when the demo ended',
  nothing_to_send: 'an edit had removed everything before it was sent',
};

export async function summary({ app, sandbox }: Stage): Promise<DemoSummary> {
  const { counts } = (await app.status()).stores[0] as StatusReport['stores'][number];
  const { events, byName, repeats, outOfOrder, refused } = sandbox.converge.counts();
  const orders = sandbox.shop.orders().length;
  const decided = Object.values(counts.orders).reduce((sum, count) => sum + count, 0);
  const underway = counts.due + counts.events.pending;
  return {
    shopify: { orders },
    worker: { webhooks: counts.receipts, orders: counts.orders, excluded: counts.excluded, events: counts.events },
    converge: { events, byName, repeats, outOfOrder, refused },
    accountedFor:
      (decided >= orders || underway > 0) &&
      counts.events.delivered === events &&
      counts.events.dead === 0 &&
      outOfOrder === 0 &&
      refused === 0,
  };
}

export function summaryText(told: DemoSummary, colours: Colours): string {
  const { shopify, worker, converge } = told;
  const excluded = Object.entries(worker.excluded).map(([reason, count]) => `${count} by ${reason.replace('excluded:', '')}`);
  const rest = Object.entries(worker.orders).filter(([decision]) => decision !== 'sent' && decision !== 'excluded');
  const rows = [
    ['orders in Shopify', String(shopify.orders), ''],
    ['  sent', String(worker.orders.sent ?? 0), 'Placed Order written and delivered'],
    ['  excluded', String(worker.orders.excluded ?? 0), excluded.join(', ')],
    ...rest.map(([decision, count]) => [`  ${decision.replaceAll('_', ' ')}`, String(count), REST[decision] ?? '']),
    [
      'events at Converge',
      String(converge.events),
      Object.entries(converge.byName)
        .map(([name, count]) => `${count} ${name}`)
        .join(', '),
    ],
    ['  twice', String(converge.repeats), ''],
    ['  out of order', String(converge.outOfOrder), ''],
  ];
  const verdict = told.accountedFor
    ? colours.good('Every order is accounted for.')
    : colours.bad('Something is missing: run it again with --verbose and report what it prints.');
  return [
    '',
    colours.bold('What happened'),
    '',
    picture(told),
    '',
    table(rows, '  '),
    '',
    verdict,
    'Next: connect a real store; the README shows each step.',
  ].join('\n');
}

/** The way of an order, with what went along it. */
function picture({ shopify, worker, converge }: DemoSummary): string {
  const boxes = [
    ['Shopify', `${shopify.orders} orders`],
    ['receiver', `${worker.webhooks} webhooks`],
    ['sync', 'reads orders'],
    ['outbox', `${Object.values(worker.events).reduce((sum, count) => sum + count, 0)} events`],
    ['Converge', `${converge.events} received`],
  ] as const;
  const arrows = ['signed', 'due', 'derives', 'in order'];
  const widths = boxes.map((lines) => Math.max(...lines.map((text) => text.length)) + 2);
  const centre = (text: string, width: number) => text.padStart(Math.floor((width + text.length) / 2)).padEnd(width);
  const join = (cells: string[], between: (index: number) => string) =>
    cells.map((cell, index) => (index === 0 ? cell : between(index - 1) + cell)).join('');
  const gap = (index: number) => ' '.repeat((arrows[index] ?? '').length + 4);
  return [
    join(
      widths.map((width) => `┌${'─'.repeat(width)}┐`),
      gap,
    ),
    join(
      boxes.map(([name], index) => `│${centre(name, widths[index] ?? 0)}│`),
      (index) => ` ${arrows[index]} ─▶`.padEnd((arrows[index] ?? '').length + 4),
    ),
    join(
      boxes.map(([, what], index) => `│${centre(what, widths[index] ?? 0)}│`),
      gap,
    ),
    join(
      widths.map((width) => `└${'─'.repeat(width)}┘`),
      gap,
    ),
  ]
    .map((text) => `  ${text}`)
    .join('\n');
}
