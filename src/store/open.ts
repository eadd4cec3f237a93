/** Opens the database file: private, durable and migrated; and checks it. */
import Database from 'better-sqlite3';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConnectorError } from '../core/errors.ts';
import { drizzle } from './drizzle.ts';
import { storeError } from './errors.ts';
import { applyMigrations } from './migrate.ts';

export interface Connection {
  path: string;
  client: Database.Database;
  orm: BetterSQLite3Database;
  /** Runs `work` in one write transaction: all of it is committed, durably, or nothing. `work` must be synchronous. */
  transaction<R>(work: () => R): R;
}

const BUSY_TIMEOUT_MS = 5_000;
/** Waiting blocks the whole process; every operation is tried again by its caller. */
const WORKING_BUSY_TIMEOUT_MS = 500;
const PAUSE_MS = 20;
/** 16 MB of log between checkpoints: fewer fsyncs of the main file than SQLite's 4 MB, still read back in a moment after a crash. */
const WAL_PAGES = 4_000;
/** SQLite's 2 MB hold too little of the index that every webhook's delivery id, a random one, is written into. */
const CACHE_KB = 8_000;
const WAL_FILE_LIMIT_BYTES = 64 * 1024 * 1024;
/** A quarter of a gigabyte is looked through in a second. */
const CHECK_UP_TO_BYTES = 256 * 1024 * 1024;
const SYNCHRONOUS_FULL = 2;

/**
 * Opens (or creates) the database at `path`. The file is made readable by its owner only, a missing folder likewise.
 * Throws STORE_IO, STORE_BUSY, STORE_CORRUPT, STORE_NOT_DURABLE, STORE_NEWER, STORE_IN_USE.
 */
export function connect(path: string): Connection {
  let client: Database.Database | undefined;
  try {
    createPrivateFile(path);
    client = new Database(path, { timeout: 0 });
    setPragmas(client);
    applyMigrations(client, path);
    client.pragma(`busy_timeout = ${WORKING_BUSY_TIMEOUT_MS}`);
    const opened = client;
    return { path, client, orm: drizzle(opened), transaction: (work) => opened.transaction(work).immediate() };
  } catch (error) {
    client?.close();
    throw asFileError(storeError(error), path);
  }
}

/**
 * SQLite gives the log and index files the mode of the main file, so it has to be right before the first open.
 * A file that exists is not opened here: closing it would drop the POSIX locks that other connections of this process have on it.
 */
export function createPrivateFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    chmodSync(path, 0o600);
  }
}

function setPragmas(client: Database.Database): void {
  useWal(client);
  client.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
  // better-sqlite3 lowers this to NORMAL in WAL mode, which loses acknowledged rows when the power goes.
  client.pragma('synchronous = FULL');
  client.pragma('fullfsync = ON');
  client.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
  client.pragma(`journal_size_limit = ${WAL_FILE_LIMIT_BYTES}`);
  client.pragma(`cache_size = -${CACHE_KB}`);
  requireDurable(client);
}

/** The change of mode needs the file for itself, and SQLite does not always wait for that by itself: two first starts at once have to try again. */
function useWal(client: Database.Database): void {
  for (let tries = 1; ; tries += 1) {
    try {
      client.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (tries * PAUSE_MS >= BUSY_TIMEOUT_MS || !(error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')))
        throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}

/** Reads back what durability rests on; throws STORE_NOT_DURABLE if SQLite did not take it. */
export function requireDurable(client: Database.Database): void {
  const mode = client.pragma('journal_mode', { simple: true });
  const synchronous = client.pragma('synchronous', { simple: true });
  if (mode === 'wal' && synchronous === SYNCHRONOUS_FULL) return;
  throw new ConnectorError(
    'STORE_NOT_DURABLE',
    `The database does not accept durable commits (journal_mode=${String(mode)}, synchronous=${String(synchronous)}). Put storage.path on a local disk.`,
  );
}

/**
 * Throws STORE_CORRUPT for a file whose pages do not fit together. A larger one than 256 MB is not looked through, as it would delay the start by seconds: damage in it
 * shows when the page is used, and in a backup, which checks all of it.
 */
export function checkIntegrity({ client, path }: Pick<Connection, 'client' | 'path'>): void {
  const pages = client.pragma('page_count', { simple: true }) as number;
  const pageSize = client.pragma('page_size', { simple: true }) as number;
  if (pages * pageSize > CHECK_UP_TO_BYTES) return;
  if (client.pragma('quick_check(1)', { simple: true }) !== 'ok') throw damaged(path);
}

function damaged(path: string, cause?: unknown): ConnectorError {
  return new ConnectorError(
    'STORE_CORRUPT',
    `The database ${path} is damaged. Stop the daemon, move the file and its -wal and -shm away, put a backup in its place and start again (README, Restore).`,
    { cause },
  );
}

function asFileError(error: unknown, path: string): unknown {
  if (error instanceof ConnectorError && error.code === 'STORE_CORRUPT') return damaged(path, error);
  if (error instanceof Error && 'syscall' in error && 'code' in error) {
    return new ConnectorError(
      'STORE_IO',
      `The database ${path} cannot be opened (${String(error.code)}). Check that the folder can be written.`,
      {
        retryable: true,
        cause: error,
      },
    );
  }
  return error;
}
