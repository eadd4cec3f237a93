/** From conditions to alerts: what is new, what lasts, what is over. Pure. */
import type { Alert } from '../store/types.ts';
import type { Condition } from './conditions.ts';

/** How long a reason must be gone: a destination that is tried and fails again was not well in between. */
const QUIET_MS = 120_000;

/** The alerts of one store after a look at it. One that did not change is the same object. */
export function afterLook(store: string, before: readonly Alert[], conditions: readonly Condition[], now: number): Alert[] {
  const isOf = (alert: Alert, { kind, subject }: Condition) => alert.kind === kind && alert.subject === subject;
  const lasting = before.map((alert) => {
    const condition = conditions.find((one) => isOf(alert, one));
    return condition ? lasts(alert, condition) : fades(alert, now);
  });
  const fresh = conditions.filter((condition) => condition.raises && !before.some((alert) => isOf(alert, condition)));
  return [...lasting, ...fresh.map((condition) => begins(store, condition, now))];
}

function begins(store: string, { kind, subject, summary, details }: Condition, now: number): Alert {
  const untold = { quietSince: null, overAt: null, toldAt: null, attempts: 0, nextAttemptAt: null };
  return { store, kind, subject, summary, details, openedAt: now, ...untold };
}

/** What came back before its end was told never ended. */
function lasts(alert: Alert, { summary, details }: Condition): Alert {
  if (alert.summary === summary && alert.quietSince === null && alert.overAt === null) return alert;
  return { ...alert, summary, details, quietSince: null, overAt: null };
}

function fades(alert: Alert, now: number): Alert {
  if (alert.overAt !== null) return alert;
  const quietSince = Math.min(alert.quietSince ?? now, now);
  if (now - quietSince < QUIET_MS) return quietSince === alert.quietSince ? alert : { ...alert, quietSince };
  // The end is news of its own: it does not wait for the backoff of the beginning.
  return { ...alert, quietSince, overAt: now, attempts: 0, nextAttemptAt: null };
}
