/** The `stores` table: which shops are connected, since when, and what was last seen of their connection. */
import { ConnectorError } from '../core/errors.ts';
import { and, asc, eq, lte } from './drizzle.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { p } from './placeholders.ts';
import { stores } from './schema.ts';
import type { Store } from './types.ts';

type Operations = Pick<
  Store,
  'saveConnection' | 'saveSubscriptions' | 'saveTokenTime' | 'markDisconnected' | 'clearConnectionCheck' | 'getStore' | 'listStores'
>;

export function connections({ orm, transaction }: Connection): Operations {
  const byName = orm
    .select()
    .from(stores)
    .where(eq(stores.name, p('name')))
    .prepare();
  const all = orm.select().from(stores).orderBy(asc(stores.name)).prepare();

  const saveConnection: Store['saveConnection'] = operation((row) =>
    transaction(() => {
      const known = byName.get({ name: row.name });
      if (known && known.domain !== row.domain) {
        throw new ConnectorError(
          'STORE_OTHER_SHOP',
          `The store ${row.name} is ${known.domain} in the database and ${row.domain} in the config. Give the new shop another name, or another storage.path.`,
        );
      }
      const connected = { ...row, state: 'connected' as const, stateReason: null };
      orm
        .insert(stores)
        .values({ ...connected, firstConnectedAt: row.connectedAt, checkRequestedAt: null, reconciledAt: null })
        .onConflictDoUpdate({ target: stores.name, set: connected })
        .run();
      return byName.get({ name: row.name })!;
    }),
  );

  return {
    saveConnection,
    saveSubscriptions: operation((store, topics, now) => {
      orm.update(stores).set({ subscriptions: topics, subscriptionsCheckedAt: now }).where(eq(stores.name, store)).run();
    }),
    saveTokenTime: operation((store, now) => {
      orm.update(stores).set({ tokenAt: now }).where(eq(stores.name, store)).run();
    }),
    markDisconnected: operation((store, reason) => {
      orm.update(stores).set({ state: 'disconnected', stateReason: reason, tokenAt: null }).where(eq(stores.name, store)).run();
    }),
    // A request that came in after the check began stays.
    clearConnectionCheck: operation((store, requestedAt) => {
      orm
        .update(stores)
        .set({ checkRequestedAt: null, reconciledAt: null })
        .where(and(eq(stores.name, store), lte(stores.checkRequestedAt, requestedAt)))
        .run();
    }),
    getStore: operation((name) => byName.get({ name }) ?? null),
    listStores: operation(() => all.all()),
  };
}
