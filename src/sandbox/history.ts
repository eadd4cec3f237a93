/** A history too long to be held in memory: each order is made anew from its place and the seed whenever it is looked at. */
import { ConnectorError } from '../core/errors.ts';
import { applyEdit } from './edits.ts';
import { peopleFor, randomAftermath, randomOrder, randomVariant } from './generator.ts';
import { createHistoryIds, type Ids } from './ids.ts';
import type { Making } from './lines.ts';
import type { Customer, Order } from './model.ts';
import { buildAddress, buildOrder, type CustomerInput } from './orders.ts';
import { createRandom, type Random } from './random.ts';
import { applyCancel, applyRefund } from './refunds.ts';

export interface HistoryInput {
  orders: number;
  /** ms since the epoch; `created_at` grows from here ... */
  from: number;
  /** ... to here, which is not after now; what happens to orders afterwards ends here too. */
  to: number;
  seed: number;
  /** Lines each order has when it is placed, up to 20. Default: they vary. */
  linesPerOrder?: number;
}

export interface History {
  size: number;
  /** Number of its first order. */
  firstNumber: number;
  /** The order at a place (0 is the oldest), made anew by every call. */
  order(place: number): Order;
  createdAt(place: number): number;
  /** The first place created at `ms` or later; `size`: none. */
  firstFrom(ms: number): number;
  /** Null: none of its orders has the id, or it was taken out. */
  placeOf(id: string): number | null;
  placeOfRefund(refundId: string): number | null;
  /** Takes the order out of the history for good, so that it can be changed: it is stored from then on. */
  take(place: number): Order;
  isTaken(place: number): boolean;
  /** Of the places from `from` to before `until`. */
  countTaken(from: number, until: number): number;
}

export interface HistoryOptions extends HistoryInput {
  making: Pick<Making, 'currency' | 'shopDomain'>;
  firstNumber: number;
  firstOrderId: bigint | undefined;
}

const MOST = 10_000_000;
const MOST_LINES = 20;
/** Its people are others than those who buy now. */
const FIRST_PERSON = 500_000_000;

/** Throws SANDBOX_INPUT for what cannot be. */
export function createHistory(options: HistoryOptions): History {
  const { orders: size, from, to, seed, firstNumber, linesPerOrder } = options;
  if (!Number.isInteger(size) || size < 0 || size > MOST || !(from <= to)) {
    throw new ConnectorError('SANDBOX_INPUT', `A history has up to ${MOST} orders, from a time to a later one; correct \`history\`.`);
  }
  if (linesPerOrder !== undefined && !(Number.isInteger(linesPerOrder) && linesPerOrder > 0 && linesPerOrder <= MOST_LINES)) {
    throw new ConnectorError('SANDBOX_INPUT', `An order of a history has 1 to ${MOST_LINES} lines; correct \`history.linesPerOrder\`.`);
  }
  const ids = createHistoryIds(size, options.firstOrderId);
  if (ids.of(0).next('Order').startsWith('-')) {
    throw new ConnectorError('SANDBOX_INPUT', 'There is no room for the history below the first order id; choose a larger `firstOrderId`.');
  }
  const people = peopleFor(size);
  const step = (to - from) / Math.max(size, 1);
  const taken = new Set<number>();

  const randomOf = (place: number): Random => createRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(place + 1, 0x85ebca6b));
  const timeOf = (place: number, random: Random): number => Math.floor(from + step * (place + random.next()));
  const createdAt = (place: number): number => timeOf(place, randomOf(place));

  /** People take turns: the n-th order of each is known without looking at the others. */
  function customerOf(input: CustomerInput, place: number, own: Ids): Customer {
    const turn = place % people;
    const known = input.email?.endsWith('@example.com') ?? false;
    const count = known ? Math.floor((size - 1 - turn) / people) + 1 : 1;
    const { email = null, phone = null, firstName = null, lastName = null, tags = [] } = input;
    return {
      id: ids.customer(known ? turn + 1 : people + place + 1),
      createdAt: createdAt(known ? turn : place),
      updatedAt: createdAt(known ? turn + (count - 1) * people : place),
      ...{ email, phone, firstName, lastName, tags, numberOfOrders: count, counted: count },
      defaultAddress: buildAddress(own, input.defaultAddress),
    };
  }

  function order(place: number): Order {
    const random = randomOf(place);
    const at = timeOf(place, random);
    const own = ids.of(place);
    const making: Making = { ...options.making, ids: own, random };
    const input = randomOrder(random, () => FIRST_PERSON + (place % people));
    if (linesPerOrder !== undefined) input.lines = Array.from({ length: linesPerOrder }, () => ({ variant: randomVariant(random) }));
    const customer = typeof input.customer === 'object' && input.customer ? customerOf(input.customer, place, own) : null;
    const made = buildOrder(making, input, { number: firstNumber + place, at, customer });
    if (customer && !made.test) made.customerOrderIndex = customer.numberOfOrders === 1 ? 1 : Math.floor(place / people) + 1;
    const changed = <T>(result: T, when: number | undefined): T => {
      made.updatedAt = Math.max(made.updatedAt, when ?? at);
      return result;
    };
    const afterwards: Parameters<typeof randomAftermath>[0] = {
      editOrder: (_, edit, when) => {
        applyEdit(making, made, edit, when?.at ?? at);
        return changed(made, when?.at);
      },
      cancel: (_, cancel, when) => {
        applyCancel(own, made, cancel ?? {}, when?.at ?? at);
        return changed(made, when?.at);
      },
      refund: (_, refund, when) => changed(applyRefund(own, made, refund, when?.at ?? at).refund, when?.at),
    };
    randomAftermath(afterwards, random, made, to);
    const { updatedAt, processedAt, tags } = made;
    made.index.push({ visibleAt: at, entry: { createdAt: at, updatedAt, processedAt, tags: [...tags] } });
    return made;
  }

  function firstFrom(ms: number): number {
    let low = 0;
    let high = size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (createdAt(middle) < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  const present = (place: number | null): number | null => (place === null || taken.has(place) ? null : place);

  return {
    size,
    firstNumber,
    order,
    createdAt,
    firstFrom,
    placeOf: (id) => present(ids.placeOf('Order', id)),
    placeOfRefund: (id) => present(ids.placeOf('Refund', id)),
    take: (place) => {
      taken.add(place);
      return order(place);
    },
    isTaken: (place) => taken.has(place),
    countTaken: (low, until) => [...taken].filter((place) => place >= low && place < until).length,
  };
}
