/** What an audit of a store needs to know of its configuration. */
import type { Parts } from './app.ts';
import type { AuditOptions } from './audit/audit.ts';
import type { Connection } from './connection.ts';
import type { Span, Store } from './store/types.ts';
import { windowStart } from './sync/facts.ts';

/** Unfinished ones are among the newest. */
const BACKFILLS = 50;

export function auditOptions({ store, clock }: Parts, { name, config, shopify, receiver }: Connection): AuditOptions & { store: Store } {
  return {
    storeName: name,
    store,
    shopify,
    upsellDelayMs: receiver.upsellDelayMs,
    absence: async (row) => {
      const opens = windowStart(config.backfill, row) ?? -Infinity;
      const widened = await store.widenedWindow(name);
      const backfills = await store.listBackfills(name, BACKFILLS);
      const unfinished: Span[] = backfills.filter(({ state }) => state === 'waiting' || state === 'running');
      // Without a watermark the first one has not been asked for yet.
      if ((await store.getWatermark(name)) === null) unfinished.push({ since: null, until: row.firstConnectedAt });
      return (createdAt) => {
        if (createdAt < opens && !widened.some((span) => isIn(span, createdAt))) return 'before_window';
        return unfinished.some((span) => isIn(span, createdAt)) ? 'history' : null;
      };
    },
    clock,
  };
}

function isIn({ since, until }: Span, createdAt: number): boolean {
  return createdAt < until && (since === null || createdAt >= since);
}
