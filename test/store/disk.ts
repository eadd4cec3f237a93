/** A store whose disk a test fills and empties: SQLite refuses further pages, with the same error and at the same places as on a disk that is full. */
import { onTestFinished } from 'vitest';
import { storeOn } from '../../src/store/index.ts';
import { connect } from '../../src/store/open.ts';
import type { Store } from '../../src/store/types.ts';
import { connection, tempPath } from './fixture.ts';

export interface Disk {
  store: Store & { path: string };
  /** No page more than there are now and `room`. */
  fill(room?: number): void;
  empty(): void;
}

let tokens = 0;

/** With a connected shop on it. */
export async function diskWithStore(): Promise<Disk> {
  const opened = connect(tempPath());
  const store = storeOn(opened, { newToken: () => `disk-${(tokens += 1)}`, lockHolder: { pid: process.pid, host: 'here' } });
  onTestFinished(() => store.close());
  await store.saveConnection(connection());
  const { client } = opened;
  return {
    store: { ...store, path: opened.path },
    fill: (room = 0) => {
      const pages = client.pragma('page_count', { simple: true }) as number;
      client.pragma(`max_page_count = ${pages + room}`);
    },
    empty: () => void client.pragma('max_page_count = 4294967294'),
  };
}
