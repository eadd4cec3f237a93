/** One daemon per database: a lock that the operating system takes back when the process dies, however it dies. */
import Database from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { bringNear } from './bring-near.ts';
import { eq } from './drizzle.ts';
import { operation } from './errors.ts';
import { freeLeases } from './free-leases.ts';
import { checkIntegrity, createPrivateFile, type Connection } from './open.ts';
import { daemon } from './schema.ts';
import type { Store } from './types.ts';

export interface LockHolder {
  pid: number;
  host: string;
}

type Operations = Pick<Store, 'lockDaemon' | 'daemonHolder'> & {
  /** Returns whether it was held. */
  release(): boolean;
};

const ROW = 1;
/** Keeps what is held reachable: a connection that nobody refers to any more is closed by the garbage collector, and its lock with it. */
const HELD = new Set<Database.Database>();
/** Long enough for another process's glance at the lock to be over. */
const LOCK_TIMEOUT_MS = 250;

/**
 * The lock is an exclusive transaction that is never ended, on a file of its own beside the database, so that the database stays open for everybody.
 * Who holds it is written in the database, because nobody can read the locked file.
 */
export function daemonLock(connection: Connection, self: LockHolder): Operations {
  const { orm, path } = connection;
  const free = freeLeases(connection);
  const near = bringNear(connection);
  const lockPath = `${path}.lock`;
  let held: Database.Database | null = null;

  /** Runs `sql` on the lock file. Null: another connection holds the lock. */
  function tryLock(sql: string): Database.Database | null {
    const lock = new Database(lockPath, { timeout: LOCK_TIMEOUT_MS });
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

  function namedHolder(): LockHolder & { startedAt: number } {
    const { pid, host, startedAt } = daemon;
    const row = orm.select({ pid, host, startedAt }).from(daemon).where(eq(daemon.id, ROW)).get();
    // Between the holder's lock and its row there is an instant in which nobody is named.
    return row ?? { pid: 0, host: 'unknown', startedAt: 0 };
  }

  function letGo(): void {
    if (!held) return;
    held.close();
    HELD.delete(held);
    held = null;
  }

  return {
    lockDaemon: operation((now) => {
      if (held) return { holder: null, poison: [] };
      createPrivateFile(lockPath);
      held = tryLock('begin exclusive');
      if (!held) return { holder: namedHolder(), poison: [] };
      HELD.add(held);
      try {
        checkIntegrity(connection);
      } catch (error) {
        letGo();
        throw error;
      }
      // Who ended by itself took its row away.
      const died = orm.select({ id: daemon.id }).from(daemon).where(eq(daemon.id, ROW)).get() !== undefined;
      const row = { ...self, startedAt: now };
      orm
        .insert(daemon)
        .values({ id: ROW, ...row })
        .onConflictDoUpdate({ target: daemon.id, set: row })
        .run();
      const poison = free(now, died);
      near(now);
      return { holder: null, poison };
    }),
    daemonHolder: operation(() => {
      if (held) return namedHolder();
      if (!existsSync(lockPath)) return null;
      const lock = tryLock('select count(*) from sqlite_master');
      lock?.close();
      return lock ? null : namedHolder();
    }),
    release: () => {
      if (!held) return false;
      try {
        orm.delete(daemon).where(eq(daemon.id, ROW)).run();
      } catch (error) {
        // The row only names the holder; the lock itself is what counts.
        if (!(error instanceof Database.SqliteError)) throw error;
      } finally {
        letGo();
      }
      return true;
    },
  };
}
