/** Ids as Shopify writes them: growing numbers as text, and the global ids made of them. */

const STEP = 32_768n;

/** First ids by kind, of the length real ones have. */
const FIRST = {
  Order: 6_100_000_000_000n,
  LineItem: 15_200_000_000_000n,
  ShippingLine: 5_050_000_000_000n,
  Customer: 8_300_000_000_000n,
  MailingAddress: 9_700_000_000_000n,
  OrderTransaction: 7_400_000_000_000n,
  Refund: 1_020_000_000_000n,
  RefundLineItem: 640_000_000_000n,
  RefundShippingLine: 650_000_000_000n,
  OrderAdjustment: 330_000_000_000n,
  SalesAgreement: 410_000_000_000n,
  Sale: 870_000_000_000n,
  OrderEdit: 105_000_000_000n,
  WebhookSubscription: 1_900_000_000_000n,
  BulkOperation: 8_001_000_000_000n,
} as const;

export type Kind = keyof typeof FIRST;

export interface Ids {
  next(kind: Kind): string;
}

/** `firstOrderId` moves the order ids, for instance beyond 2^53, where a JSON number loses its last digits. */
export function createIds(firstOrderId: bigint = FIRST.Order): Ids {
  const counters = new Map<Kind, bigint>();
  return {
    next: (kind) => {
      const first = kind === 'Order' ? firstOrderId : FIRST[kind];
      const id = counters.get(kind) ?? first;
      counters.set(kind, id + STEP);
      return String(id);
    },
  };
}

/** Ids a history order takes at most of one kind. */
const PER_ORDER = 64n;

export interface HistoryIds {
  /** Those of the order at a place: always the same, and below all that `createIds` gives. */
  of(place: number): Ids;
  customer(number: number): string;
  /** The place of the order that has an id, as far as the number says; null: none. */
  placeOf(kind: 'Order' | 'Refund', id: string): number | null;
}

/** The last order of a history of `size` comes right before `firstOrderId`. */
export function createHistoryIds(size: number, firstOrderId: bigint = FIRST.Order): HistoryIds {
  const start = (kind: Kind): bigint => (kind === 'Order' ? firstOrderId - BigInt(size) * STEP : FIRST[kind] - BigInt(size) * PER_ORDER);
  return {
    of: (place) => {
      const used = new Map<Kind, bigint>();
      return {
        next: (kind) => {
          if (kind === 'Order') return String(start(kind) + BigInt(place) * STEP);
          const count = used.get(kind) ?? 0n;
          used.set(kind, count + 1n);
          return String(start(kind) + BigInt(place) * PER_ORDER + count);
        },
      };
    },
    customer: (number) => String(FIRST.Customer - BigInt(number) * STEP),
    placeOf: (kind, id) => {
      if (!/^\d{1,20}$/.test(id)) return null;
      const offset = BigInt(id) - start(kind);
      const step = kind === 'Order' ? STEP : PER_ORDER;
      if (offset < 0n || offset >= BigInt(size) * step || (kind === 'Order' && offset % step !== 0n)) return null;
      return Number(offset / step);
    },
  };
}

export function gid(type: string, id: string): string {
  return `gid://shopify/${type}/${id}`;
}

/** Null for what is no global id of Shopify. */
export function parseGid(text: string): { type: string; id: string } | null {
  const parts = /^gid:\/\/shopify\/([A-Za-z]+)\/(\d+)$/.exec(text);
  return parts?.[1] && parts[2] ? { type: parts[1], id: parts[2] } : null;
}
