/** `--since`: a day, a time with its zone, or an age. */
import type { App } from '../app.ts';
import { ConnectorError } from '../core/errors.ts';
import { parseTime, startOfDay } from '../core/time.ts';

const AGE_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** ms since the epoch. A day is one of the shop's time zone; of UTC where several shops differ. Throws CLI_USAGE. */
export async function sinceTime(app: Pick<App, 'status'>, since: string, store: string | undefined, now: number): Promise<number> {
  const age = /^(\d+)([mhd])$/.exec(since);
  if (age) return now - Number(age[1]) * (AGE_MS[age[2] ?? ''] ?? 0);
  const instant = parseTime(since);
  if (instant !== null) return instant;
  if (!/^\d{4}-\d\d-\d\d$/.test(since)) {
    throw new ConnectorError(
      'CLI_USAGE',
      `--since "${since}" is no time. Write a day (2026-11-20), a time with its zone (2026-11-20T08:00Z) or an age (30m, 12h, 7d).`,
    );
  }
  const { stores } = await app.status();
  const zones = new Set(stores.filter(({ name }) => store === undefined || name === store).map(({ row }) => row?.timeZone ?? 'UTC'));
  return startOfDay(since, zones.size === 1 ? ([...zones][0] ?? 'UTC') : 'UTC');
}
