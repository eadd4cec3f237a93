/** Alerts that are open or whose end is still to be told, what leads to them, and the audits of the daemon. */
import { and, asc, eq } from './drizzle.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { alerts, audits, stores } from './schema.ts';
import type { Store } from './types.ts';

type Operations = Pick<Store, 'listAlerts' | 'saveAlert' | 'removeAlert' | 'warningSigns' | 'saveAudit' | 'lastAudit' | 'saveReconciled'>;

export function alertOperations({ orm, client }: Connection): Operations {
  const oldestEvent = client
    .prepare<[string], number | null>(`select min(created_at) from events where store = +? and state = 'pending' and lane = 'live'`)
    .pluck();
  const oldestDue = client
    .prepare<[string, number], number | null>(`select min(due_at) from due_orders where store = +? and lane = 'live' and due_at <= ?`)
    .pluck();
  const failing = client
    .prepare<[string], number | null>(
      'select min(failing_since) from due_orders where store = +? and failing_since is not null and set_aside_at is null',
    )
    .pluck();

  return {
    listAlerts: operation((store) =>
      orm
        .select()
        .from(alerts)
        .where(store === undefined ? undefined : eq(alerts.store, store))
        .orderBy(asc(alerts.openedAt), asc(alerts.kind), asc(alerts.subject))
        .all(),
    ),
    saveAlert: operation((alert) => {
      orm
        .insert(alerts)
        .values(alert)
        .onConflictDoUpdate({ target: [alerts.store, alerts.kind, alerts.subject], set: alert })
        .run();
    }),
    removeAlert: operation(({ store, kind, subject }) => {
      orm
        .delete(alerts)
        .where(and(eq(alerts.store, store), eq(alerts.kind, kind), eq(alerts.subject, subject)))
        .run();
    }),
    warningSigns: operation((store, now) => ({
      oldestEventAt: oldestEvent.get(store) ?? null,
      oldestDueAt: oldestDue.get(store, now) ?? null,
      failingSince: failing.get(store) ?? null,
    })),
    saveAudit: operation((audit) => {
      orm.insert(audits).values(audit).onConflictDoUpdate({ target: audits.store, set: audit }).run();
    }),
    lastAudit: operation((store) => orm.select().from(audits).where(eq(audits.store, store)).get() ?? null),
    saveReconciled: operation((store, now) => {
      orm.update(stores).set({ reconciledAt: now }).where(eq(stores.name, store)).run();
    }),
  };
}
