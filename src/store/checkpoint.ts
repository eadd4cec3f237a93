/** Folds SQLite's log into the database file. */
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import type { Store } from './types.ts';

/**
 * Without waiting for anybody. Every 16 MB a commit does the same; this is for what is left between two of those, and tells whether somebody who reads for a long time
 * keeps the log from being used anew.
 */
export function checkpoint({ client }: Connection): Store['checkpoint'] {
  const pageSize = client.pragma('page_size', { simple: true }) as number;
  return operation(() => {
    const [result] = client.pragma('wal_checkpoint(PASSIVE)') as { log: number; checkpointed: number }[];
    const { log = 0, checkpointed = 0 } = result ?? {};
    return { leftBytes: Math.max(0, log - checkpointed) * pageSize };
  });
}
