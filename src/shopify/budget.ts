/** Shopify's cost budget of one shop, kept on our side: a query waits until there are points for it instead of being refused. */
import type { Clock } from '../platform/clock.ts';
import type { CostBudget } from './types.ts';

/** `extensions.cost` of an answer. */
export interface Cost {
  requested: number;
  /** Null: the query was not carried out. */
  actual: number | null;
  status: CostBudget | null;
}

/** Points set aside for one request in flight. Exactly one of the two ends it. */
export interface Reservation {
  /** Shopify answered and told the cost. */
  settle(cost: Cost): void;
  /** No answer, or one without cost: whether Shopify took the points is unknown, so they count as taken. */
  lose(): void;
}

export interface Budget {
  /** Waits, in order of arrival, until the points `key` is known to cost are there, and sets them aside. */
  reserve(key: string): Promise<Reservation>;
  /** Null until Shopify has told. */
  look(): CostBudget | null;
}

/** What an operation is taken to cost before Shopify has said it. */
const FIRST_GUESS = 100;

/**
 * Shopify reserves the requested cost of a query and gives back what it did not use; the budget grows by `restoreRate` a second up to `maximum`.
 * `key` names an operation and its page sizes: the requested cost depends on nothing else and is learned from the last answer.
 * Available is never more than Shopify has: it is the lower of our own account and of what Shopify reported less what is in flight (answers may overtake
 * each other), and it does not grow beyond `maximum` less what is in flight (a full bucket does not grow while a query is on its way to it).
 */
export function createBudget(clock: Clock): Budget {
  const costs = new Map<string, number>();
  let level: { available: number; at: number; maximum: number; restoreRate: number } | null = null;
  let inFlight = 0;
  let queue: Promise<unknown> = Promise.resolve();
  let nap = new AbortController();

  /** Brings the account up to now, `change` points more or less. */
  function update(change = 0): void {
    if (level === null) return;
    const now = clock.now();
    // A clock set back adds nothing and takes nothing.
    const grown = (Math.max(0, now - level.at) * level.restoreRate) / 1000;
    level.available = Math.min(level.maximum - inFlight, level.available + grown + change);
    level.at = now;
  }

  /** Resolves to the cost once it is there. The head of the queue waits here; an answer that gives points back ends the pause. */
  async function points(key: string): Promise<number> {
    for (;;) {
      const cost = costs.get(key) ?? FIRST_GUESS;
      update();
      if (level === null) return cost;
      const missing = Math.min(cost, level.maximum) - level.available;
      if (missing <= 0) return cost;
      nap = new AbortController();
      await clock.sleep(Math.ceil((missing / level.restoreRate) * 1000), nap.signal);
    }
  }

  function learn(status: CostBudget): void {
    const seen = status.available - inFlight;
    const available = level === null ? seen : Math.min(level.available, seen);
    level = { available, at: clock.now(), maximum: status.maximum, restoreRate: Math.max(1, status.restoreRate) };
  }

  async function take(key: string): Promise<Reservation> {
    const reserved = await points(key);
    inFlight += reserved;
    update(-reserved);
    return {
      settle: ({ requested, actual, status }) => {
        inFlight -= reserved;
        costs.set(key, requested);
        update(reserved - (actual ?? 0));
        if (status !== null) learn(status);
        nap.abort();
      },
      lose: () => {
        inFlight -= reserved;
        nap.abort();
      },
    };
  }

  return {
    reserve: (key) => {
      const turn = queue.then(() => take(key));
      queue = turn.catch(() => {});
      return turn;
    },
    look: () => {
      update();
      return level === null
        ? null
        : { available: Math.max(0, Math.floor(level.available)), maximum: level.maximum, restoreRate: level.restoreRate };
    },
  };
}
