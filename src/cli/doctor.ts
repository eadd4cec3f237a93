/** `doctor`: what is right and what is wrong with this installation, each with the fix. */
import { ConfigError, type Config } from '../config/index.ts';
import type { Check } from '../doctor/check.ts';
import { FAILED, OK } from './exit-codes.ts';
import { clean, printJson, wrapped, type Screen } from './screen.ts';
import { tally } from './words.ts';

export type Checkup = (config: Config, onCheck: (check: Check) => void) => Promise<Check[]>;

/** `load` reads the config; one that is broken is the first check that fails, and the rest waits for it. 1 as soon as one check fails. */
export async function runDoctor(load: () => Config, checkup: Checkup, screen: Screen): Promise<number> {
  let shown: string | null = null;
  const show = (check: Check) => {
    if (screen.json || (screen.quiet && check.state !== 'fail')) return;
    if (check.store !== shown && check.store !== null) screen.print(`\n${screen.colours.bold(check.store)}`);
    shown = check.store;
    screen.print(checkText(clean(check), screen));
  };
  const checks = await examine(load, checkup, show);
  const count = (state: Check['state']) => checks.filter((check) => check.state === state).length;
  const summary = { ok: count('ok'), warn: count('warn'), fail: count('fail'), skipped: count('skipped'), manual: count('manual') };
  if (screen.json) printJson(screen, { ok: summary.fail === 0, summary, checks });
  else if (!screen.quiet) screen.print(`\n${summaryText(summary, screen)}`);
  return summary.fail === 0 ? OK : FAILED;
}

async function examine(load: () => Config, checkup: Checkup, show: (check: Check) => void): Promise<Check[]> {
  try {
    return await checkup(load(), show);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const checks = error.problems.map(({ path, line, message, fix }): Check => {
      const where = [line === null ? '' : `line ${line}`, path].filter(Boolean).join(', ');
      return { name: 'config', store: null, state: 'fail', seen: `${where === '' ? '' : `${where}: `}${message}`, fix };
    });
    checks.push({ name: 'the rest', store: null, state: 'skipped', seen: 'not checked: it needs a valid config', fix: null });
    checks.forEach(show);
    return checks;
  }
}

const NAME_WIDTH = 15;
const LABELS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL', skipped: '-   ', manual: 'look' } as const;

/** One check, as the doctor and `init` print it. */
export function checkText({ name, state, seen, fix }: Check, screen: Screen): string {
  const { good, bad, warning, dim, bold } = screen.colours;
  const colour = { ok: good, warn: warning, fail: bad, skipped: dim, manual: warning }[state];
  const indent = ' '.repeat(LABELS.ok.length + NAME_WIDTH + 4);
  const lines = [`${colour(LABELS[state])}  ${bold(name.padEnd(NAME_WIDTH))}  ${wrapped(seen, screen.width, indent)}`];
  if (fix !== null) lines.push(`${indent}${wrapped(`-> ${fix}`, screen.width, indent)}`);
  return lines.join('\n');
}

function summaryText({ fail, warn, ok }: { fail: number; warn: number; ok: number }, { colours }: Screen): string {
  const counts = tally({ ok, 'to look at': warn, failed: fail });
  return fail > 0 ? colours.bad(counts) : warn > 0 ? colours.warning(counts) : colours.good(counts);
}
