/** The account of one day: Shopify's number beside ours. Pure. */
import type { AccountingRow } from '../store/types.ts';
import type { Comparison } from './compare.ts';
import type { DayAudit } from './report.ts';

const NONE: Omit<Comparison, 'findings'> = { unread: 0, setAside: { dead: 0, discarded: 0 }, beforeWindow: 0, history: 0 };

/** `shopify` null: not compared. `comparison` null: by number alone. */
export function dayAudit(day: string, shopify: number | null, rows: AccountingRow[], comparison: Comparison | null): DayAudit {
  const outcomes: Record<string, number> = {};
  const add = (outcome: string, orders: number) => {
    if (orders > 0) outcomes[outcome] = (outcomes[outcome] ?? 0) + orders;
  };
  for (const { outcome, gone, orders } of rows) if (!gone) add(outcome, orders);
  const { unread, setAside, beforeWindow, history } = comparison ?? NONE;
  add('pending', unread + history);
  add('dead', setAside.dead);
  add('discarded', setAside.discarded);
  add('excluded', beforeWindow);
  const accounted = Object.values(outcomes).reduce((sum, orders) => sum + orders, 0);
  return {
    day,
    shopify,
    accounted,
    difference: shopify === null ? 0 : shopify - accounted,
    outcomes,
    gone: rows.reduce((sum, { gone, orders }) => sum + (gone ? orders : 0), 0),
    rows,
    unread,
    beforeWindow,
    history,
    orderByOrder: comparison !== null,
  };
}
