/** What goes on in a shop: orders, edits, refunds, and the webhooks that tell of them, in the order they happen. */
import type { Random } from '../../src/sandbox/random.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/index.ts';
import type { Webhook } from './sender.ts';

/**
 * For a sandbox that makes its webhooks and sends none: whoever soaks sends them. Its search finds nothing that happens during a run, so that nothing but an acknowledged
 * webhook can bring an order: reconciling would make up for a lost one.
 */
export const QUIET: SandboxOptions = {
  webhooks: { drop: 1 },
  keep: 64,
  searchLagMs: 1e12,
  bucket: { maximum: 1e9, restoreRate: 1e9 },
};

export interface Business {
  /** Something happens; the webhooks it causes. None before the program has subscribed. */
  next(): Webhook[];
  /** Ids of the events that must reach the endpoint for what happened so far. */
  expected: ReadonlySet<string>;
  orders(): number;
}

const OPEN_ORDERS = 200;

/** `orders`: share of new orders among what happens; the rest are edits, refunds and tags of recent ones. */
export function createBusiness({ sandbox, random, orders: share }: { sandbox: Sandbox; random: Random; orders: number }): Business {
  const { shop } = sandbox;
  const expected = new Set<string>();
  const recent: { id: string; refunds: number; edited: boolean }[] = [];
  let placed = 0;
  let last: string | undefined;

  function place(): void {
    placed += 1;
    if (random.chance(0.5)) {
      for (const order of sandbox.randomOrders(1)) expected.add(order.id);
      return;
    }
    const { id } = shop.createOrder({ lines: [{ variant: 'WR-42-GR', quantity: random.between(1, 3) }, { variant: 'MS-M' }] });
    expected.add(id);
    recent.push({ id, refunds: 0, edited: false });
    if (recent.length > OPEN_ORDERS) recent.shift();
  }

  function change(): void {
    const order = recent[random.between(0, recent.length - 1)];
    if (!order) return place();
    if (order.refunds < 2 && random.chance(0.3)) {
      order.refunds += 1;
      expected.add(`refund-${shop.refund(order.id, { amount: `${random.between(1, 9)}.50` }).id}`);
    } else if (!order.edited && random.chance(0.3)) {
      order.edited = true;
      shop.editOrder(order.id, { add: [{ variant: 'TM-1' }], pay: true });
    } else {
      shop.addTags(order.id, [`seen-${random.between(1, 1_000_000)}`]);
    }
  }

  return {
    next: () => {
      if (random.chance(share)) place();
      else change();
      const told = sandbox.webhooks.list();
      const after = told.findLastIndex(({ webhookId }) => webhookId === last) + 1;
      last = told.at(-1)?.webhookId;
      return told.slice(after);
    },
    expected,
    orders: () => placed,
  };
}
