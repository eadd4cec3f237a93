/** The daemon's own audit of the last days: once a day, and again soon while it finds something. */
import { errorCode } from '../core/errors.ts';
import { dayOf } from '../core/time.ts';
import type { Logger } from '../platform/logger.ts';
import type { AuditRecord, Store } from '../store/types.ts';
import { audit, type AuditOptions } from './audit.ts';
import type { AuditReport } from './report.ts';

export interface DailyOptions extends Omit<AuditOptions, 'store'> {
  store: AuditOptions['store'] & Pick<Store, 'lastAudit' | 'saveAudit'>;
  logger: Logger;
}

const DAY_MS = 86_400_000;
const DAYS = 7;
/** What was marked due is read by then, and what is deleted in Shopify recorded as such. */
const AGAIN_MS = 900_000;
/** After a start reconcile comes first: what was missed while nobody worked is no difference. */
const START_MS = 600_000;
/** How late a clock that jumps is noticed. */
const LOOK_MS = 60_000;
const NAMED = 20;

/** Never throws: an audit that cannot be made says so in the log and is tried again. */
export function createDailyAudit(options: DailyOptions): { tick(): Promise<number> } {
  const { store, storeName, clock, logger } = options;
  let notBefore = clock.now() + START_MS;

  async function look(): Promise<void> {
    const row = await store.getStore(storeName);
    if (row?.state !== 'connected') return;
    const now = clock.now();
    const last = await store.lastAudit(storeName);
    const waitMs = last?.differingSince == null ? DAY_MS : AGAIN_MS;
    // A clock that was set back must not stop audits for as long.
    if (last && now < last.at + waitMs && last.at <= now) return;
    const report = await audit(options, { since: dayOf(now - (DAYS - 1) * DAY_MS, row.timeZone) });
    const record = recordOf(report, last, now);
    await store.saveAudit(record);
    const { differing, shopify, accounted, since, until } = record;
    const fields = { store: storeName, since, until, shopify, accounted, differing };
    if (differing === 0) logger.info(fields, 'audit: every order is accounted for');
    else logger.warn({ ...fields, named: record.named }, 'audit: orders are not accounted for, they were marked due');
  }

  return {
    tick: async () => {
      if (clock.now() >= notBefore) {
        try {
          await look();
        } catch (error) {
          notBefore = clock.now() + AGAIN_MS;
          logger.warn({ store: storeName, code: errorCode(error), retryInMs: AGAIN_MS }, 'audit could not be made, will be tried again');
        }
      }
      notBefore = Math.min(notBefore, clock.now() + AGAIN_MS);
      return LOOK_MS;
    },
  };
}

function recordOf({ store, since, until, days, findings }: AuditReport, last: AuditRecord | null, at: number): AuditRecord {
  const open = findings.filter(({ explained }) => !explained);
  const sum = (of: (day: AuditReport['days'][number]) => number) => days.reduce((total, day) => total + of(day), 0);
  return {
    store,
    at,
    since,
    until,
    shopify: sum(({ shopify }) => shopify ?? 0),
    accounted: sum(({ shopify, accounted }) => (shopify === null ? 0 : accounted)),
    differing: open.length,
    differingSince: open.length === 0 ? null : (last?.differingSince ?? at),
    named: open.slice(0, NAMED).map(({ orderId, name, day, kind }) => ({ orderId, name, day, kind })),
  };
}
