/** The shop: everything that can happen to its orders, with the webhooks Shopify sends for it. */
import { ConnectorError } from '../core/errors.ts';
import type { Bodies } from './bodies.ts';
import type { SandboxClock } from './clock.ts';
import type { Deliveries } from './deliveries.ts';
import { applyEdit, type EditInput } from './edits.ts';
import type { Making } from './lines.ts';
import type { Customer, Order, Refund, Transaction } from './model.ts';
import { buildAddress, buildOrder, buildTransaction, type CustomerInput, type OrderInput } from './orders.ts';
import { applyCancel, applyRefund, settleRefund, type CancelInput, type RefundInput } from './refunds.ts';
import type { Store } from './state.ts';
import { financialStatus, payments } from './totals.ts';

/** When it happens, ms since the epoch (default: now), and whether webhooks tell of it (default: yes). */
export interface Happening {
  at?: number;
  silent?: boolean;
}

/** Orders are taken by numeric id, global id or name (`#1001`). What is returned is live: look, do not change. */
export interface Shop {
  order(order: string): Order;
  orders(): Order[];
  createOrder(input?: OrderInput, when?: Happening): Order;
  editOrder(order: string, edit: EditInput, when?: Happening): Order;
  /** A refund with `pending: true` moves its money when `settleRefund` says so. */
  refund(order: string, input: RefundInput, when?: Happening): Refund;
  settleRefund(order: string, refundId: string, status?: 'SUCCESS' | 'FAILURE', when?: Happening): Refund;
  /** Collects what is outstanding: captures an authorization, settles a pending payment, or takes a new one. */
  pay(order: string, when?: Happening): Order;
  cancel(order: string, input?: CancelInput, when?: Happening): Order;
  deleteOrder(order: string, when?: Happening): void;
  addTags(order: string, tags: string[], when?: Happening): Order;
  removeTags(order: string, tags: string[], when?: Happening): Order;
  /** Sends `app/uninstalled`, then: tokens dead, subscriptions gone, no new grant. */
  uninstall(): void;
  install(): void;
  setScopes(scopes: string[]): void;
}

export interface ShopOptions {
  store: Store;
  making: Making;
  clock: SandboxClock;
  bodies: Bodies;
  deliveries: Pick<Deliveries, 'send'>;
  /** How long after a change search finds it. */
  searchLagMs: () => number;
  onUninstall(): void;
}

export const FIRST_NUMBER = 1001;

export function createShop(options: ShopOptions): Shop {
  const { store, making, clock, bodies, deliveries } = options;
  const { ids, random } = making;
  const byEmail = new Map<string, Customer>();
  let number = FIRST_NUMBER + (store.history?.size ?? 0);

  /** What is looked at here may be changed: from then on it is stored. */
  function takeFromHistory(id: string, name: string): Order | null {
    const { history } = store;
    if (!history) return null;
    const numbered = Number(/^#(\d+)$/.exec(name)?.[1] ?? NaN) - history.firstNumber;
    const place = history.placeOf(id) ?? (numbered >= 0 && numbered < history.size && !history.isTaken(numbered) ? numbered : null);
    if (place === null) return null;
    const order = history.take(place);
    store.orders.set(order.id, order);
    store.revision += 1;
    return order;
  }

  function find(wanted: string): Order {
    const id = wanted.replace(/^gid:\/\/shopify\/Order\//, '');
    const order = store.orders.get(id) ?? takeFromHistory(id, wanted) ?? [...store.orders.values()].find((one) => one.name === wanted);
    if (!order) throw new ConnectorError('SANDBOX_NOT_FOUND', `Order does not exist: ${wanted}. Take an id of the sandbox's order list.`);
    return order;
  }

  /** The order changed: Shopify keeps times to the second, and the search index hears of it later. */
  function touch(order: Order, at: number): void {
    order.updatedAt = Math.max(order.updatedAt, at);
    const { createdAt, updatedAt, processedAt, tags } = order;
    const visibleAt = at + options.searchLagMs();
    order.index.push({ visibleAt, entry: { createdAt, updatedAt, processedAt, tags: [...tags] } });
    const now = clock.now();
    const seen = order.index.findLastIndex((entry) => entry.visibleAt <= now);
    if (seen > 0) order.index.splice(0, seen);
    store.settledAt = Math.max(store.settledAt, visibleAt);
    store.revision += 1;
  }

  /** Runs an action on an order, all of it or nothing, and tells what happened: webhook topics with their bodies. */
  function act<T>(wanted: string, when: Happening, action: (order: Order, at: number) => { result: T; told: Told[] }): T {
    const order = find(wanted);
    const at = when.at ?? clock.now();
    const { customer, ...rest } = order;
    const before = structuredClone(rest);
    try {
      const { result, told } = action(order, at);
      touch(order, at);
      tell(order, when, told);
      return result;
    } catch (error) {
      Object.assign(order, before, { customer });
      throw error;
    }
  }

  type Told = readonly [topic: string, body: (order: Order) => object];

  function tell(order: Order, when: Happening, told: Told[]): void {
    if (when.silent) return;
    const eventId = `${random.hex(8)}-${random.hex(4)}-7${random.hex(3)}-b${random.hex(3)}-${random.hex(12)}`;
    for (const [topic, body] of told) deliveries.send(topic, body(order), eventId);
  }

  const UPDATED: Told = ['ORDERS_UPDATED', bodies.order];
  /** Shopify tells of transactions that have come to an end. */
  const moved = (transactions: Transaction[]): Told[] =>
    transactions
      .filter((transaction) => transaction.status !== 'PENDING')
      .map((transaction) => ['ORDER_TRANSACTIONS_CREATE', (order) => bodies.transaction(order, transaction)]);

  function customerOf(input: OrderInput['customer'], at: number): Customer | null {
    if (input == null) return null;
    if (typeof input === 'string') {
      const customer = store.customers.get(input);
      if (!customer)
        throw new ConnectorError('SANDBOX_NOT_FOUND', `Customer does not exist: ${input}. Take an id of a customer of an order.`);
      return customer;
    }
    const known = input.email == null ? undefined : byEmail.get(input.email);
    return known ?? addCustomer(input, at);
  }

  function addCustomer(input: CustomerInput, at: number): Customer {
    const { email = null, phone = null, firstName = null, lastName = null, tags = [] } = input;
    const defaultAddress = buildAddress(ids, input.defaultAddress);
    const times = { createdAt: at, updatedAt: at };
    const customer = {
      id: ids.next('Customer'),
      ...times,
      firstName,
      lastName,
      email,
      phone,
      tags,
      defaultAddress,
      numberOfOrders: 0,
      counted: 0,
    };
    store.customers.set(customer.id, customer);
    if (email !== null) byEmail.set(email, customer);
    return customer;
  }

  function createOrder(input: OrderInput = {}, when: Happening = {}): Order {
    const at = when.at ?? clock.now();
    const customer = customerOf(input.customer, at);
    const order = buildOrder(making, input, { number, at, customer });
    number += 1;
    if (customer) {
      customer.numberOfOrders += 1;
      if (!order.test) order.customerOrderIndex = customer.counted += 1;
      customer.updatedAt = Math.max(customer.updatedAt, at);
    }
    store.orders.set(order.id, order);
    touch(order, at);
    const paid: Told[] = financialStatus(order) === 'PAID' ? [['ORDERS_PAID', bodies.order]] : [];
    tell(order, when, [['ORDERS_CREATE', bodies.order], ...moved(order.transactions), ...paid, UPDATED]);
    return order;
  }

  /** Fully paid by these transactions: the topic that says so. */
  const paidBy = (order: Order, transactions: Transaction[]): Told[] =>
    transactions.some((entry) => entry.kind !== 'REFUND') && financialStatus(order) === 'PAID' ? [['ORDERS_PAID', bodies.order]] : [];

  function settlePayment(order: Order, at: number): Transaction[] {
    const pending = order.transactions.filter((entry) => entry.kind === 'SALE' && entry.status === 'PENDING');
    for (const transaction of pending) Object.assign(transaction, { status: 'SUCCESS', processedAt: at });
    if (pending.length > 0) return pending;
    const { capturable, outstanding } = payments(order);
    const authorization = order.transactions.find((entry) => entry.kind === 'AUTHORIZATION');
    const taken: Transaction[] = [];
    if (capturable > 0) {
      const parentId = authorization?.id ?? null;
      taken.push(buildTransaction(ids, order, at, { kind: 'CAPTURE', status: 'SUCCESS', amount: capturable, parentId }));
    }
    if (outstanding > 0) taken.push(buildTransaction(ids, order, at, { kind: 'SALE', status: 'SUCCESS', amount: outstanding }));
    if (taken.length === 0) throw new ConnectorError('SANDBOX_INPUT', `Order ${order.name} owes nothing.`);
    order.transactions.push(...taken);
    return taken;
  }

  const refundOf = (order: Order, id: string): Refund => {
    const refund = order.refunds.find((candidate) => candidate.id === id);
    if (!refund) throw new ConnectorError('SANDBOX_NOT_FOUND', `Refund does not exist: ${id}. Take an id of the order's refunds.`);
    return refund;
  };

  return {
    order: find,
    orders: () => [...store.orders.values()],
    createOrder,
    editOrder: (wanted, input, when = {}) =>
      act(wanted, when, (order, at) => {
        const edit = applyEdit(making, order, input, at);
        const { refund } = edit;
        const given: Told[] = refund ? [['REFUNDS_CREATE', () => bodies.refund(order, refund)]] : [];
        const edited: Told = ['ORDERS_EDITED', () => bodies.edit(order, edit, at)];
        return { result: order, told: [edited, ...given, ...moved(edit.transactions), ...paidBy(order, edit.transactions), UPDATED] };
      }),
    refund: (wanted, input, when = {}) =>
      act(wanted, when, (order, at) => {
        const { refund, transactions } = applyRefund(ids, order, input, at);
        return { result: refund, told: [['REFUNDS_CREATE', () => bodies.refund(order, refund)], ...moved(transactions), UPDATED] };
      }),
    settleRefund: (wanted, refundId, status = 'SUCCESS', when = {}) =>
      act(wanted, when, (order, at) => {
        const refund = refundOf(order, refundId.replace(/^gid:\/\/shopify\/Refund\//, ''));
        return { told: [...moved(settleRefund(order, refund.id, status, at)), UPDATED], result: refund };
      }),
    pay: (wanted, when = {}) =>
      act(wanted, when, (order, at) => {
        const taken = settlePayment(order, at);
        return { result: order, told: [...moved(taken), ...paidBy(order, taken), UPDATED] };
      }),
    cancel: (wanted, input = {}, when = {}) =>
      act(wanted, when, (order, at) => {
        const { refunded, voided } = applyCancel(ids, order, input, at);
        const given: Told[] = refunded ? [['REFUNDS_CREATE', () => bodies.refund(order, refunded.refund)]] : [];
        const told: Told[] = [
          ['ORDERS_CANCELLED', bodies.order],
          ...given,
          ...moved([...voided, ...(refunded?.transactions ?? [])]),
          UPDATED,
        ];
        return { result: order, told };
      }),
    deleteOrder: (wanted, when = {}) => {
      const order = find(wanted);
      store.orders.delete(order.id);
      store.revision += 1;
      tell(order, when, [['ORDERS_DELETE', () => bodies.deleted(order.id)]]);
    },
    addTags: (wanted, tags, when = {}) =>
      act(wanted, when, (order) => {
        order.tags = [...new Set([...order.tags, ...tags])];
        return { result: order, told: [UPDATED] };
      }),
    removeTags: (wanted, tags, when = {}) =>
      act(wanted, when, (order) => {
        order.tags = order.tags.filter((tag) => !tags.includes(tag));
        return { result: order, told: [UPDATED] };
      }),
    uninstall: () => {
      if (store.installed) deliveries.send('APP_UNINSTALLED', bodies.shop(), random.hex(32));
      store.installed = false;
      store.subscriptions.clear();
      options.onUninstall();
    },
    install: () => {
      store.installed = true;
    },
    setScopes: (scopes) => {
      store.scopes = [...scopes];
    },
  };
}
