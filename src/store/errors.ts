/** Turns what SQLite throws into errors that say what to do, at the border of the room. */
import Database from 'better-sqlite3';
import { ConnectorError } from '../core/errors.ts';

const RULES: { match: RegExp; code: string; retryable: boolean; message: string }[] = [
  {
    match: /^SQLITE_FULL/,
    code: 'STORE_FULL',
    retryable: true,
    message: 'The disk of the database is full. Free some space; work goes on by itself.',
  },
  {
    // PROTOCOL: a reader gave up after ten seconds of trying, since another process stopped within a commit.
    match: /^SQLITE_(BUSY|LOCKED|PROTOCOL)/,
    code: 'STORE_BUSY',
    retryable: true,
    message: 'Another process keeps the database locked. Wait for it, or stop what else has the file open.',
  },
  {
    match: /^SQLITE_(CORRUPT|NOTADB)/,
    code: 'STORE_CORRUPT',
    retryable: false,
    message: 'The database file is damaged or is not a database. Stop the daemon and put a backup in its place (README, Restore).',
  },
  {
    match: /^SQLITE_(IOERR|CANTOPEN|READONLY|PERM|NOLFS)/,
    code: 'STORE_IO',
    retryable: true,
    message: 'The database cannot be read or written. Check the disk and the permissions of the file and its folder.',
  },
];

/** The `ConnectorError` for anything thrown by a store operation; what is not SQLite's passes through. */
export function storeError(error: unknown): unknown {
  if (error instanceof Database.SqliteError) {
    const rule = RULES.find(({ match }) => match.test(error.code));
    if (rule) return new ConnectorError(rule.code, `${rule.message} (${error.code})`, { retryable: rule.retryable, cause: error });
  }
  if (error instanceof TypeError && error.message === 'The database connection is not open') {
    return new ConnectorError('STORE_CLOSED', 'The database has been closed. Start the command again.', { cause: error });
  }
  return error;
}

/** Whether the error concerns the values of one row only, so that the rest of its transaction may still be committed. */
export function concernsOneRow(error: unknown): boolean {
  return !(error instanceof Database.SqliteError) || /^SQLITE_(CONSTRAINT|TOOBIG|MISMATCH|RANGE)/.test(error.code);
}

/** Asynchronous in signature, synchronous inside: another database may need the promise, SQLite must not have it (a transaction would end at the first await). */
export function operation<A extends unknown[], R>(work: (...args: A) => R): (...args: A) => Promise<R> {
  return async (...args) => {
    try {
      return work(...args);
    } catch (error) {
      throw storeError(error);
    }
  };
}
