/** The file beside the database that a daemon keeps locked for as long as it lives. */
import Database from 'better-sqlite3';
import { existsSync } from 'node:fs';

/** Long enough for another process's glance at the lock to be over. */
const TIMEOUT_MS = 250;

export const lockPath = (path: string): string => `${path}.lock`;

/** Runs `sql` on the lock file of the database at `path`. Null: another connection holds the lock. */
export function tryLock(path: string, sql: string): Database.Database | null {
  const lock = new Database(lockPath(path), { timeout: TIMEOUT_MS });
  try {
    lock.pragma('journal_mode = MEMORY');
    lock.exec(sql);
    return lock;
  } catch (error) {
    lock.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
}

/** Whether a daemon works on the database at `path`. */
export function isLocked(path: string): boolean {
  if (!existsSync(lockPath(path))) return false;
  const lock = tryLock(path, 'select count(*) from sqlite_master');
  lock?.close();
  return lock === null;
}
