/** How far reconcile has read, per store. */
import { eq } from './drizzle.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { watermarks } from './schema.ts';
import type { Store } from './types.ts';

export function watermark({ orm }: Connection): Pick<Store, 'getWatermark' | 'setWatermark'> {
  return {
    getWatermark: operation((store) => orm.select().from(watermarks).where(eq(watermarks.store, store)).get()?.at ?? null),
    setWatermark: operation((store, at) => {
      orm.insert(watermarks).values({ store, at }).onConflictDoUpdate({ target: watermarks.store, set: { at } }).run();
    }),
  };
}
