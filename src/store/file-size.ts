/** How large the database is on the disk. */
import { stat } from 'node:fs/promises';
import type { Store } from './types.ts';

/** A file that is not there has no bytes: the log is made at the first write. */
export function fileSize(path: string): Store['size'] {
  const bytes = async (file: string) =>
    await stat(file).then(
      ({ size }) => size,
      () => 0,
    );
  return async () => ({ databaseBytes: await bytes(path), logBytes: await bytes(`${path}-wal`) });
}
