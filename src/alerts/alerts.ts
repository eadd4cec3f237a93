/** Looks at every store, keeps the open alerts, and tells of each once when it begins and once when it is over. */
import { backoffMs } from '../core/retry.ts';
import type { Secret } from '../core/secret.ts';
import type { Clock } from '../platform/clock.ts';
import type { Http } from '../platform/http.ts';
import type { Logger } from '../platform/logger.ts';
import type { Alert, Store } from '../store/types.ts';
import { conditionsOf, type Standing } from './conditions.ts';
import { afterLook } from './lifecycle.ts';
import { messageOf } from './message.ts';

export interface AlertsOptions {
  store: Pick<Store, 'listAlerts' | 'saveAlert' | 'removeAlert'>;
  /** How every configured store stands now. */
  standings: () => Promise<Omit<Standing, 'now'>[]>;
  /** Where messages go; null: alerts are kept and shown, and nobody is told. */
  url: () => Secret | null;
  http: Pick<Http, 'send'>;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  logger: Logger;
}

const LOOK_MS = 30_000;
const RETRY = { baseMs: 30_000, maxMs: 900_000 };

/**
 * An alert is on the disk before it is told, so a restart neither repeats nor forgets it; only a crash between an answer and its record tells it again, under the same id.
 * An address that takes no messages holds up messages and nothing else.
 */
export function createAlerts(options: AlertsOptions): { tick(signal: AbortSignal): Promise<number> } {
  const { store, clock, logger } = options;

  async function look(): Promise<void> {
    const standings = await options.standings();
    const before = await store.listAlerts();
    const names = new Set([...standings, ...before].map(({ store: name }) => name));
    for (const name of names) {
      const standing = standings.find((one) => one.store === name);
      const now = clock.now();
      const known = before.filter((alert) => alert.store === name);
      const after = afterLook(name, known, standing ? conditionsOf({ ...standing, now }) : [], now);
      for (const [index, alert] of after.entries()) if (alert !== known[index]) await keep(alert, known[index]);
    }
  }

  async function keep(alert: Alert, before: Alert | undefined): Promise<void> {
    const fields = { store: alert.store, kind: alert.kind, ...(alert.subject && { subject: alert.subject }) };
    if (!before) logger.error({ ...fields, summary: alert.summary }, 'alert');
    else if (alert.overAt !== null && before.overAt === null) logger.info(fields, 'alert is over');
    // Where the beginning was never told the end is no news.
    if (alert.overAt !== null && alert.toldAt === null) await store.removeAlert(alert);
    else await store.saveAlert(alert);
  }

  async function tell(url: string, alert: Alert): Promise<boolean> {
    const headers = { 'content-type': 'application/json' };
    const answer = await options.http.send({ method: 'POST', url, headers, body: messageOf(alert) });
    if (answer.status !== null && answer.status >= 200 && answer.status < 300) {
      if (alert.overAt !== null) await store.removeAlert(alert);
      else await store.saveAlert({ ...alert, toldAt: clock.now(), attempts: 0, nextAttemptAt: null });
      return true;
    }
    const attempts = alert.attempts + 1;
    const retryInMs = backoffMs(RETRY, attempts, options.random(), RETRY.baseMs);
    await store.saveAlert({ ...alert, attempts, nextAttemptAt: clock.now() + retryInMs });
    const why = answer.status === null ? answer.message : `HTTP ${answer.status}`;
    logger.warn({ store: alert.store, kind: alert.kind, why, attempts, retryInMs }, 'alert could not be told, will be tried again');
    return false;
  }

  async function tellAll(signal: AbortSignal): Promise<void> {
    const url = options.url();
    const news = (await store.listAlerts()).filter((alert) => alert.overAt !== null || alert.toldAt === null);
    for (const alert of news) {
      if (signal.aborted) return;
      if (url === null) {
        if (alert.overAt !== null) await store.removeAlert(alert);
        continue;
      }
      // The bound is for a clock that was set back.
      const waitMs = Math.min((alert.nextAttemptAt ?? 0) - clock.now(), RETRY.maxMs);
      // Where one fails the others would too.
      if (waitMs <= 0 && !(await tell(url.reveal(), alert))) return;
    }
  }

  return {
    tick: async (signal) => {
      await look();
      await tellAll(signal);
      return LOOK_MS;
    },
  };
}
