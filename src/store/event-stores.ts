/** Which stores the log knows, configured or not. */
import { sql } from './drizzle.ts';
import type { Connection } from './open.ts';

/** The stores that have events, one search each: `distinct` would read the whole index. */
export function eventStores({ orm }: Connection): () => string[] {
  const known = orm.select({ store: sql<string>`store` }).from(
    sql`(with recursive known(store) as (select min(store) from events union all
      select (select min(store) from events where store > known.store) from known where known.store is not null)
      select store from known where store is not null)`,
  );
  return () => known.all().map(({ store }) => store);
}
