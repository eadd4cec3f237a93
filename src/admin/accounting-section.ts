/** What became of the orders of each day: a bar a day, and the figures. */
import { minorDigits, toDecimal, toMinor } from '../core/money.ts';
import type { AccountingRow } from '../store/types.ts';
import { html, type Html } from './html.ts';
import { count, table } from './parts.ts';
import { barPlot, legend } from './plots.ts';

/** Outcomes that are drawn and counted together; every other one is `other`. */
const GROUPS: { label: string; kind: string; outcomes: string[] }[] = [
  { label: 'delivered', kind: '', outcomes: ['delivered'] },
  { label: 'on the way', kind: 'wait', outcomes: ['pending', 'held'] },
  { label: 'excluded', kind: 'quiet', outcomes: ['excluded'] },
  { label: 'dead', kind: 'lost', outcomes: ['dead'] },
];
const OTHER = { label: 'other', kind: 'soft' };
const LABELS = [...GROUPS, OTHER].map(({ label }) => label);

interface DaySum {
  day: string;
  orders: Record<string, number>;
  all: number;
  /** Currency -> minor units of what was sent. */
  sent: Map<string, bigint>;
}

function sumsOf(rows: AccountingRow[], days: string[]): DaySum[] {
  const sums = new Map(days.map((day) => [day, { day, orders: {}, all: 0, sent: new Map() } as DaySum]));
  for (const { day, outcome, orders, revenue, currency } of rows) {
    const sum = sums.get(day);
    if (!sum) continue;
    const { label } = GROUPS.find(({ outcomes }) => outcomes.includes(outcome)) ?? OTHER;
    sum.orders[label] = (sum.orders[label] ?? 0) + orders;
    sum.all += orders;
    if (label === 'delivered') sum.sent.set(currency, (sum.sent.get(currency) ?? 0n) + toMinor(revenue, minorDigits(currency)));
  }
  return [...sums.values()];
}

/** The bars of `days`, in order. */
export function accountingPlot(rows: AccountingRow[], days: string[], tall = false): Html {
  const sums = sumsOf(rows, days);
  const all = sums.reduce((total, sum) => total + sum.all, 0);
  const dead = sums.reduce((total, { orders }) => total + (orders['dead'] ?? 0), 0);
  return html`${barPlot({
    title: 'Orders by day of creation',
    figure: `${count(all)} in ${days.length} days`,
    summary: `${count(all)} orders in ${days.length} days, ${count(dead)} of them dead`,
    tall,
    bars: sums.map(({ day, orders }) => ({
      label: day,
      parts: [...GROUPS, OTHER].map(({ label, kind }) => ({ value: orders[label] ?? 0, kind })),
      says: `${day}: ${told(orders) || 'no orders'}`,
    })),
  })}
  ${legend([...GROUPS, OTHER].map(({ kind, label }) => [kind, label]))}`;
}

function told(orders: Record<string, number>): string {
  return LABELS.filter((label) => orders[label])
    .map((label) => `${count(orders[label] ?? 0)} ${label}`)
    .join(', ');
}

export function accountingTable(rows: AccountingRow[], days: string[]): Html {
  return table(
    'Orders by day, newest first',
    [
      { label: 'Day', cell: ({ day }) => html`<span class="nowrap">${day}</span>` },
      { label: 'Orders', cell: ({ all }) => count(all), number: true },
      ...LABELS.map((label) => ({
        label: label[0]!.toUpperCase() + label.slice(1),
        cell: ({ orders }: DaySum) => count(orders[label] ?? 0),
        number: true,
      })),
      {
        label: 'Revenue delivered',
        cell: ({ sent }: DaySum) =>
          [...sent].map(([currency, minor]) => `${toDecimal(minor, minorDigits(currency))} ${currency}`).join(', ') || '–',
        number: true,
      },
    ],
    sumsOf(rows, days).reverse(),
  );
}

/** By channel and outcome, most orders first. */
export function channelTable(rows: AccountingRow[]): Html {
  const groups = new Map<string, { channel: string; outcome: string; reason: string | null; orders: number }>();
  for (const { channel, outcome, reason, orders } of rows) {
    const key = JSON.stringify([channel, outcome, reason]);
    const group = groups.get(key) ?? { channel, outcome, reason, orders: 0 };
    groups.set(key, { ...group, orders: group.orders + orders });
  }
  return table(
    'Orders by channel and what became of them',
    [
      { label: 'Channel', cell: ({ channel }) => channel },
      { label: 'Outcome', cell: ({ outcome }) => outcome.replaceAll('_', ' ') },
      { label: 'Why', cell: ({ reason }) => reason ?? '' },
      { label: 'Orders', cell: ({ orders }) => count(orders), number: true },
    ],
    [...groups.values()].sort((a, b) => b.orders - a.orders),
    { shown: true },
  );
}
