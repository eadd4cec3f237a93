/** An online copy of the database: whole, checked, in one file, while the daemon goes on writing. */
import Database from 'better-sqlite3';
import { closeSync, existsSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConnectorError, errorCode } from '../core/errors.ts';
import { createPrivateFile } from './open.ts';

export interface BackupOptions {
  /** `storage.path`. */
  from: string;
  /** The file to make; a missing folder is made with it. */
  to: string;
  /** Replace what is there. */
  force: boolean;
  /** Ends the copying; nothing is left of it. */
  signal: AbortSignal;
  /** 0 to 1, while pages are copied. */
  onProgress?: (share: number) => void;
}

/** 4 MB between two looks at the signal. */
const PAGES_AT_ONCE = 1_000;

/**
 * Copies the database as it stands at the moment of the call, checks the copy (integrity_check) and only then gives it its name, so a file under that name is a
 * good backup or the one before it. Takes no lock the daemon would wait for and changes nothing, also not the schema: to be called before an upgrade, too.
 * Resolves to its size. Throws BACKUP_NO_DATABASE, BACKUP_EXISTS, BACKUP_TARGET, BACKUP_NOT_WRITTEN, BACKUP_STOPPED, STORE_CORRUPT.
 */
export async function backUp(options: BackupOptions): Promise<{ bytes: number }> {
  const { from, to } = options;
  if (!existsSync(from)) {
    throw new ConnectorError(
      'BACKUP_NO_DATABASE',
      `There is no database at ${from}. Check storage.path; the daemon makes it at its first start.`,
    );
  }
  requireFree(options);
  const part = `${to}.${process.pid}.part`;
  try {
    rmSync(part, { force: true });
    createPrivateFile(part);
    await copy(options, part);
    check(part, from);
    fsync(part);
    const { size: bytes } = statSync(part);
    renameSync(part, to);
    fsync(dirname(to));
    return { bytes };
  } catch (error) {
    throw asBackupError(error, to);
  } finally {
    removeLeft(part);
  }
}

function requireFree({ from, to, force }: BackupOptions): void {
  if (!existsSync(to)) return;
  if (!statSync(to).isFile()) throw new ConnectorError('BACKUP_TARGET', `${to} is no file. Name the file the backup is to become.`);
  const own = ['', '-wal', '-shm', '.lock'].map((ending) => `${from}${ending}`).filter((path) => existsSync(path));
  if (own.some((path) => realpathSync(path) === realpathSync(to)))
    throw new ConnectorError('BACKUP_TARGET', `${to} belongs to the database itself. Name another file.`);
  if (!force) throw new ConnectorError('BACKUP_EXISTS', `${to} exists. Name another file, or replace it with --force.`);
}

/**
 * Inside a read transaction: without one SQLite begins anew at every commit of another process, and beside a busy daemon never ends.
 * Meanwhile the daemon's log is not folded into the file and grows.
 */
async function copy({ from, signal, onProgress }: BackupOptions, part: string): Promise<void> {
  const source = new Database(from, { fileMustExist: true });
  try {
    source.exec('begin');
    source.prepare('select count(*) from sqlite_master').get();
    await source.backup(part, {
      progress: ({ totalPages, remainingPages }) => {
        if (signal.aborted) throw new ConnectorError('BACKUP_STOPPED', 'The backup was stopped. Nothing is left of it; start it again.');
        if (totalPages > 0) onProgress?.(1 - remainingPages / totalPages);
        return PAGES_AT_ONCE;
      },
    });
  } finally {
    source.close();
  }
}

/** The copy says that it has a log beside it, as its original has; a backup is one file. */
function check(part: string, from: string): void {
  const copied = new Database(part, { fileMustExist: true });
  try {
    copied.pragma('journal_mode = DELETE');
    const found = copied.pragma('integrity_check(1)', { simple: true });
    if (found === 'ok') return;
  } finally {
    copied.close();
  }
  throw new ConnectorError(
    'STORE_CORRUPT',
    `The database ${from} is damaged, so no backup of it was made. Stop the daemon and put an earlier backup in its place (README, Restore).`,
  );
}

/** Where that fails too, the error of the backup itself is the one to tell. */
function removeLeft(part: string): void {
  try {
    for (const ending of ['', '-journal', '-wal', '-shm']) rmSync(`${part}${ending}`, { force: true });
  } catch {
    return;
  }
}

function fsync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function asBackupError(error: unknown, to: string): unknown {
  if (error instanceof ConnectorError) return error;
  const code = errorCode(error);
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code))
    return new ConnectorError(
      'STORE_CORRUPT',
      `The database is damaged (${code}), so no backup of it was made. Put an earlier one in its place (README, Restore).`,
      { cause: error },
    );
  return new ConnectorError(
    'BACKUP_NOT_WRITTEN',
    `${to} could not be written (${code}). Check the room on its disk and the permissions of its folder.`,
    { cause: error },
  );
}
