/** One daemon per database: a lock that the operating system takes back when the process dies, however it dies. */
import Database from 'better-sqlite3';
import { bringNear } from './bring-near.ts';
import { eq } from './drizzle.ts';
import { operation } from './errors.ts';
import { freeLeases } from './free-leases.ts';
import { isLocked, lockPath, tryLock } from './lock-file.ts';
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

/**
 * The lock is an exclusive transaction that is never ended, on a file of its own beside the database, so that the database stays open for everybody.
 * Who holds it is written in the database, because nobody can read the locked file.
 */
export function daemonLock(connection: Connection, self: LockHolder): Operations {
  const { orm, path } = connection;
  const free = freeLeases(connection);
  const near = bringNear(connection);
  let held: Database.Database | null = null;

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
      createPrivateFile(lockPath(path));
      held = tryLock(path, 'begin exclusive');
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
      return held || isLocked(path) ? namedHolder() : null;
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
