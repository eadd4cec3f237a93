/** What a check of the doctor says. */

export interface Check {
  /** What was looked at: `token`, `disk`. */
  name: string;
  /** Null: it concerns no single store. */
  store: string | null;
  /** `skipped`: something before it failed, or there is nothing to look at. `manual`: only a person can look. */
  state: 'ok' | 'warn' | 'fail' | 'skipped' | 'manual';
  /** What was found, for people. No secret. */
  seen: string;
  /** What to do; null: nothing. */
  fix: string | null;
}

export type Finding = Omit<Check, 'name' | 'store'>;

export const ok = (seen: string): Finding => ({ state: 'ok', seen, fix: null });
export const warn = (seen: string, fix: string): Finding => ({ state: 'warn', seen, fix });
export const fail = (seen: string, fix: string): Finding => ({ state: 'fail', seen, fix });
export const skipped = (seen: string): Finding => ({ state: 'skipped', seen, fix: null });

/** The message of an error of ours says what is wrong and then what to do. */
export function failed(error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error);
  const [, seen, fix] = /^(.*?[^.](?:\.\s|;\s))(.+)$/s.exec(message) ?? [];
  if (seen === undefined || fix === undefined) return fail(message, 'Run it again with --verbose to see where it comes from.');
  return fail(seen.replace(/[.;]\s$/, ''), `${fix[0]?.toUpperCase() ?? ''}${fix.slice(1)}`);
}
