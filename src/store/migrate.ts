/** Brings the database to the schema of this program; refuses one that is ahead of it. */
import type Database from 'better-sqlite3';
import { fileURLToPath } from 'node:url';
import { ConnectorError } from '../core/errors.ts';
import { readMigrationFiles } from './drizzle.ts';
import { isLocked } from './lock-file.ts';

/** Two folders up from `src/store/` and from the compiled `dist/store/` alike. */
const FOLDER = fileURLToPath(new URL('../../drizzle', import.meta.url));

/** Drizzle's own table, so that its tools can be used on the file. */
const CREATE_TABLE =
  'create table if not exists __drizzle_migrations (id integer primary key autoincrement, hash text not null, created_at numeric)';

/**
 * Applies what is missing in one write transaction and looks again inside it, so two processes may open the same file at once
 * (drizzle's own migrator decides before it locks). Throws STORE_NEWER for a database that a newer program has migrated,
 * and STORE_IN_USE instead of migrating one that an older daemon works on.
 */
export function applyMigrations(client: Database.Database, path: string): void {
  const migrations = readMigrationFiles({ migrationsFolder: FOLDER });
  const newest = migrations.at(-1)?.folderMillis ?? 0;
  const applied = appliedUpTo(client);
  if (applied > newest) {
    throw new ConnectorError(
      'STORE_NEWER',
      `The database ${path} was last opened by a newer version of shopify-converge. Install that version again, or use a backup from before the upgrade.`,
    );
  }
  if (applied === newest) return;
  client
    .transaction(() => {
      client.exec(CREATE_TABLE);
      const done = appliedUpTo(client);
      if (done > 0 && done < newest && isLocked(path)) throw inUse(path);
      const record = client.prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)');
      for (const migration of migrations.filter(({ folderMillis }) => folderMillis > done)) {
        for (const statement of migration.sql) client.exec(statement);
        record.run(migration.hash, migration.folderMillis);
      }
    })
    .immediate();
}

function appliedUpTo(client: Database.Database): number {
  const known = client.prepare("select 1 from sqlite_master where type = 'table' and name = '__drizzle_migrations'").get();
  if (known === undefined) return 0;
  return client.prepare<[], number>('select coalesce(max(created_at), 0) from __drizzle_migrations').pluck().get() ?? 0;
}

/** Its statements were made for the schema it found: what it writes to another may be wrong, or missing from the figures. */
function inUse(path: string): ConnectorError {
  return new ConnectorError(
    'STORE_IN_USE',
    `A daemon of an older version of shopify-converge works on the database ${path}. Stop it, then start this version: it brings the database up to date.`,
  );
}
