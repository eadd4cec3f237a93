/** Cuts a window into slices of about the same number of orders, by Shopify's counts. */
import type { NewSlice } from '../store/types.ts';

/** A result of so many orders is read in one go: some 20 MB, and a minute of Shopify's time. */
const SLICE_ORDERS = 3_000;
/** Times have whole seconds in searches. */
export const SECOND_MS = 1_000;
const MOST_PARTS = 16;

/** Orders created from `since` to before `until`, ms. */
export interface Between {
  since: number;
  until: number;
}

type Count = (span: Between) => Promise<number>;

/** Newest first. Spans without orders are no slices; a single second is never cut. The counts of all slices together are `expected`. */
export async function planSlices(count: Count, window: Between): Promise<{ expected: number; slices: NewSlice[] }> {
  const whole = wholeSeconds(window);
  if (whole.since >= whole.until) return { expected: 0, slices: [] };
  const found = await cut(count, whole, await count(whole));
  const slices = joined(found).reverse();
  return { expected: slices.reduce((sum, { expected }) => sum + expected, 0), slices };
}

function wholeSeconds({ since, until }: Between): Between {
  return { since: Math.floor(since / SECOND_MS) * SECOND_MS, until: Math.ceil(until / SECOND_MS) * SECOND_MS };
}

/** Oldest first. */
async function cut(count: Count, span: Between, orders: number): Promise<NewSlice[]> {
  const seconds = (span.until - span.since) / SECOND_MS;
  if (orders === 0) return [];
  if (orders <= SLICE_ORDERS || seconds <= 1) return [{ ...span, expected: orders, halved: 0 }];
  const parts = Math.min(MOST_PARTS, seconds, Math.ceil(orders / (SLICE_ORDERS / 2)));
  const cuts = Array.from({ length: parts + 1 }, (_, part) => span.since + Math.floor((seconds * part) / parts) * SECOND_MS);
  const spans = cuts.slice(1).map((until, part) => ({ since: cuts[part]!, until }));
  const counts = await Promise.all(spans.map(count));
  const slices: NewSlice[] = [];
  for (const [part, inner] of spans.entries()) slices.push(...(await cut(count, inner, counts[part]!)));
  return slices;
}

/** Neighbours that fit into one; what lies between them has no orders. */
function joined(slices: NewSlice[]): NewSlice[] {
  const result: NewSlice[] = [];
  for (const slice of slices) {
    const last = result.at(-1);
    if (last && last.expected + slice.expected <= SLICE_ORDERS)
      result[result.length - 1] = { ...last, until: slice.until, expected: last.expected + slice.expected };
    else result.push(slice);
  }
  return result;
}

/** The halves of a slice that have orders, newest first; null: it cannot be cut. */
export async function halvesOf(count: Count, { since, until }: Between, halved: number): Promise<NewSlice[] | null> {
  const seconds = (until - since) / SECOND_MS;
  if (seconds <= 1) return null;
  const middle = since + Math.floor(seconds / 2) * SECOND_MS;
  const spans = [
    { since: middle, until },
    { since, until: middle },
  ];
  const counts = await Promise.all(spans.map(count));
  return spans.map((span, half) => ({ ...span, expected: counts[half]!, halved })).filter(({ expected }) => expected > 0);
}
