/** Commits together what arrives while the last commit runs: one fsync for a burst instead of one each. */
import { ConnectorError } from '../core/errors.ts';

export interface GroupCommitOptions<T, R> {
  /** Makes the batch durable; results in the order given. */
  commit: (batch: T[]) => Promise<R[]>;
  maxBatch: number;
  /** Items that may wait for a commit. */
  maxQueued: number;
}

interface Waiting<T, R> {
  item: T;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}

/**
 * A function that resolves to the item's result once the commit that holds it is durable.
 * Every item is in exactly one batch and items keep their order. A failed commit rejects its own items only and the next one is tried as ever.
 * Rejects with RECEIVER_BUSY, and never commits the item, while `maxQueued` others wait.
 */
export function createGroupCommit<T, R>({ commit, maxBatch, maxQueued }: GroupCommitOptions<T, R>): (item: T) => Promise<R> {
  const queue: Waiting<T, R>[] = [];
  let running = false;

  async function commitNext(): Promise<void> {
    const batch = queue.splice(0, maxBatch);
    try {
      const results = await commit(batch.map(({ item }) => item));
      if (results.length !== batch.length)
        throw new ConnectorError('RECEIVER_RESULTS', 'The store did not answer for every signal; please report this.');
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as R);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    schedule();
  }

  /**
   * Commits when a whole turn of the event loop has brought nothing more, or the batch is full: what is already in the socket buffers is read first.
   * One turn is not enough, because Node accepts one new connection a turn: a burst of connections would become one fsync each.
   */
  function schedule(): void {
    running = queue.length > 0;
    let seen = 0;
    const look = (): void => {
      if (queue.length === seen || queue.length >= maxBatch) return void commitNext();
      seen = queue.length;
      setImmediate(look);
    };
    if (running) setImmediate(look);
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (queue.length >= maxQueued) {
        return reject(
          new ConnectorError('RECEIVER_BUSY', 'Too many webhooks wait to be written; Shopify will send this one again.', {
            retryable: true,
          }),
        );
      }
      queue.push({ item, resolve, reject });
      if (!running) schedule();
    });
}
