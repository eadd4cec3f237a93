/** What an audit of a store needs to know of its configuration. */
import type { Parts } from './app.ts';
import type { AuditOptions } from './audit/audit.ts';
import type { Connection } from './connection.ts';
import { windowStart } from './sync/facts.ts';

export function auditOptions({ store, clock }: Parts, { name, config, shopify, receiver }: Connection): AuditOptions {
  return {
    storeName: name,
    store,
    shopify,
    upsellDelayMs: receiver.upsellDelayMs,
    absence: async (row) => {
      const opens = windowStart(config.backfill, row) ?? -Infinity;
      // Until the first look at the whole window has begun, nothing of history is known.
      const unseen = (await store.getWatermark(name)) === null;
      return (createdAt) => {
        if (createdAt < opens) return 'before_window';
        return unseen && createdAt < row.firstConnectedAt ? 'history' : null;
      };
    },
    clock,
  };
}
