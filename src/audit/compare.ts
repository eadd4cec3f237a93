/** Shopify's orders of a day against ours, one by one. Pure. */
import type { CreatedOrder } from '../shopify/types.ts';
import type { DueStanding, LedgerOrder } from '../store/types.ts';
import { EXPLAINED, type Finding, type FindingKind } from './report.ts';

export interface Sides {
  day: string;
  /** What Shopify shows. */
  theirs: readonly CreatedOrder[];
  /** What the ledger has. */
  ours: readonly LedgerOrder[];
  /** Orders that are to be read, or were set aside, by id. */
  due: ReadonlyMap<string, DueStanding>;
  /** Why nothing is known, rightly, of an order created at that time, ms; null: it should be known. */
  absence: (createdAt: number) => Absence | null;
  /** Orders created at or after this, ms, may be known to one side only. */
  youngFrom: number;
}

export type Absence =
  /** Outside the window: never looked at. */
  | 'before_window'
  /** History that has not been brought yet. */
  | 'history';

export interface Comparison {
  findings: Finding[];
  /** Orders of theirs that are due and in no ledger yet. */
  unread: number;
  /** Orders of theirs that are in no ledger because they were set aside. */
  setAside: Record<'dead' | 'discarded', number>;
  /** Orders of theirs that are outside the window and in no ledger. */
  beforeWindow: number;
  /** Orders of theirs that history has yet to bring. */
  history: number;
}

/** Every order that is on one side only, or differs, is counted or named, once. */
export function compareDay({ day, theirs, ours, due, absence, youngFrom }: Sides): Comparison {
  const result: Comparison = { findings: [], unread: 0, setAside: { dead: 0, discarded: 0 }, beforeWindow: 0, history: 0 };
  const name = (order: { orderId: string; name: string }, createdAt: number, kind: FindingKind) => {
    const young = createdAt >= youngFrom && (kind === 'missing' || kind === 'not_in_shopify');
    const found = young ? 'in_flight' : kind;
    const { orderId } = order;
    result.findings.push({ orderId, name: order.name, day, createdAt, kind: found, explained: EXPLAINED.includes(found) });
  };

  const known = new Map(ours.map((order) => [order.orderId, order]));
  const seen = new Set<string>();
  for (const order of theirs) {
    // A page may bring an order twice.
    if (seen.has(order.orderId)) continue;
    seen.add(order.orderId);
    const createdAt = Date.parse(order.createdAt);
    const ledger = known.get(order.orderId);
    if (!ledger) {
      const absent = absence(createdAt);
      const standing = due.get(order.orderId);
      if (standing === 'due') result.unread += 1;
      else if (standing !== undefined) result.setAside[standing] += 1;
      else if (absent === 'before_window') result.beforeWindow += 1;
      else if (absent === 'history') result.history += 1;
      else name(order, createdAt, 'missing');
    } else if (ledger.gone) name(order, createdAt, 'back');
    else if (Date.parse(ledger.updatedAt) < Date.parse(order.updatedAt) && !due.has(order.orderId)) name(order, createdAt, 'changed');
  }
  for (const order of ours) if (!seen.has(order.orderId) && !order.gone) name(order, order.createdAt, 'not_in_shopify');
  return result;
}
