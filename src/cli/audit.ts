/** `audit`: every order of Shopify's beside what became of it here, with what differs named. */
import type { App } from '../app.ts';
import type { AuditReport, DayAudit, Finding, FindingKind } from '../audit/report.ts';
import { ConnectorError } from '../core/errors.ts';
import { minorDigits, toDecimal, toMinor } from '../core/money.ts';
import { startOfDay } from '../core/time.ts';
import type { AccountingRow } from '../store/types.ts';
import { FAILED, OK, ofResults } from './exit-codes.ts';
import { clean, printJson, table, type Screen } from './screen.ts';
import { countOf, decisionWords, tally, timeIn } from './words.ts';

export interface AuditFlags {
  store?: string;
  since: string;
  until?: string;
  everyOrder?: boolean;
  channels?: boolean;
}

const OUTCOMES = ['delivered', 'excluded', 'held', 'pending', 'dead', 'discarded', 'nothing_to_send'];
const FINDINGS_SHOWN = 50;

const NEXT: Record<FindingKind, string> = {
  missing: 'in Shopify and not here: marked due, so it is read within seconds while the daemon runs; audit again then',
  not_in_shopify:
    'here and not in Shopify, so most likely deleted there: marked due; recorded as deleted, or not visible, ten minutes after it was read in vain',
  back: 'recorded as gone, and in Shopify after all: marked due, so it is read again',
  in_flight: 'created within the last moments: on its way',
  changed: 'changed in Shopify since it was read: marked due',
};

/** Answers 0 when all is explained, 1 when something is not, 3 when some store could not be audited. */
export async function auditStores(app: Pick<App, 'audit'>, flags: AuditFlags, screen: Screen): Promise<number> {
  const { since, until, everyOrder } = flags;
  for (const day of [since, until ?? since]) startOfDay(day, 'UTC');
  if (until !== undefined && until < since) throw new ConnectorError('CLI_USAGE', `--until ${until} is before --since ${since}.`);
  const reports = await app.audit({ since, until, everyOrder }, flags.store);
  if (screen.json) printJson(screen, reports);
  else for (const report of clean(reports)) printReport(report, flags.channels ?? false, screen);
  if (reports.some(({ error, ok }) => error === null && !ok)) return FAILED;
  return reports.length === 0 ? OK : ofResults(reports.map(({ error }) => error === null));
}

function printReport(report: AuditReport, channels: boolean, screen: Screen): void {
  const { bold, good, bad, dim } = screen.colours;
  const { store, error, days, findings, timeZone } = report;
  if (error) return screen.fail(`${bold(store)}  ${bad('not audited')}\n  ${error.message}`);
  const unexplained = findings.filter(({ explained }) => !explained).length;
  const verdict = report.ok ? good('every order is accounted for') : bad(`${countOf(unexplained, 'order')} to look at`);
  screen.print(`${bold(store)}  ${report.since} to ${report.until}, orders created before ${timeIn(timeZone, report.endAt)}: ${verdict}`);
  const shown = OUTCOMES.filter((outcome) => ['delivered', 'excluded'].includes(outcome) || days.some(({ outcomes }) => outcomes[outcome]));
  const gone = days.some((day) => day.gone > 0);
  const headings = ['day', 'shopify', 'accounted', 'difference', ...shown.map(decisionWords), ...(gone ? ['gone'] : []), 'revenue sent'];
  const lines = days.flatMap((day) => [
    dayLine(day.day, day, shown, gone, screen),
    ...(channels ? channelsOf(day.rows).map(([channel, rows]) => channelLine(channel, rows, shown, gone)) : []),
  ]);
  const total = days.length > 1 ? [dayLine('total', sumOf(days), shown, gone, screen)] : [];
  screen.print(table([headings.map(dim), ...lines, ...total], '  '));
  const reasons = tally(excludedBy(days));
  if (reasons) screen.print(`  excluded by  ${reasons}`);
  for (const text of remarks(days)) screen.print(`  ${text}`);
  for (const note of report.notes) screen.print(`  ${screen.colours.warning(note)}`);
  printFindings(findings, screen);
}

function dayLine(label: string, day: Omit<DayAudit, 'day'>, shown: string[], gone: boolean, { colours }: Screen): string[] {
  const difference = day.difference === 0 ? '0' : colours.bad(`${day.difference > 0 ? '+' : ''}${day.difference}`);
  return [
    label,
    day.shopify === null ? '?' : String(day.shopify),
    String(day.accounted),
    day.shopify === null ? '' : difference,
    ...shown.map((outcome) => String(day.outcomes[outcome] ?? 0)),
    ...(gone ? [String(day.gone)] : []),
    revenueOf(day.rows),
  ];
}

/** Shopify counts no orders by mapped channel: these lines are ours alone. */
function channelLine(channel: string, rows: AccountingRow[], shown: string[], gone: boolean): string[] {
  const there = rows.filter((row) => !row.gone);
  const number = (of: AccountingRow[]) => String(of.reduce((sum, { orders }) => sum + orders, 0));
  return [
    `  ${channel}`,
    '',
    number(there),
    '',
    ...shown.map((outcome) => number(there.filter((row) => row.outcome === outcome))),
    ...(gone ? [number(rows.filter((row) => row.gone))] : []),
    revenueOf(rows),
  ];
}

function channelsOf(rows: AccountingRow[]): [string, AccountingRow[]][] {
  return [...Map.groupBy(rows, ({ channel }) => channel)];
}

function sumOf(days: DayAudit[]): Omit<DayAudit, 'day'> {
  const sum = (of: (day: DayAudit) => number) => days.reduce((total, day) => total + of(day), 0);
  return {
    shopify: days.some(({ shopify }) => shopify === null) ? null : sum(({ shopify }) => shopify ?? 0),
    accounted: sum(({ accounted }) => accounted),
    difference: sum(({ difference }) => difference),
    outcomes: Object.fromEntries(OUTCOMES.map((outcome) => [outcome, sum(({ outcomes }) => outcomes[outcome] ?? 0)])),
    gone: sum((day) => day.gone),
    rows: days.flatMap(({ rows }) => rows),
    unread: sum(({ unread }) => unread),
    beforeWindow: sum(({ beforeWindow }) => beforeWindow),
    history: sum(({ history }) => history),
    orderByOrder: days.every(({ orderByOrder }) => orderByOrder),
  };
}

/** Of what was delivered: what was sent, and by how much it changed after that. */
function revenueOf(rows: AccountingRow[]): string {
  const delivered = rows.filter(({ outcome }) => outcome === 'delivered');
  const texts = [...Map.groupBy(delivered, ({ currency }) => currency)].map(([currency, of]) => {
    const digits = minorDigits(currency);
    const minor = (amount: 'revenue' | 'current') => of.reduce((sum, row) => sum + toMinor(row[amount], digits), 0n);
    const change = minor('current') - minor('revenue');
    const changed = change === 0n ? '' : ` (${change > 0n ? '+' : ''}${toDecimal(change, digits)} since)`;
    return `${toDecimal(minor('revenue'), digits)} ${currency}${changed}`;
  });
  return texts.join(', ') || '–';
}

function excludedBy(days: DayAudit[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { rows, beforeWindow } of days) {
    for (const { outcome, gone, reason, orders } of rows)
      if (outcome === 'excluded' && !gone) counts[reason ?? ''] = (counts[reason ?? ''] ?? 0) + orders;
    if (beforeWindow > 0) counts['before_window'] = (counts['before_window'] ?? 0) + beforeWindow;
  }
  return counts;
}

function remarks(days: DayAudit[]): string[] {
  const { unread, history, gone, orderByOrder } = sumOf(days);
  return [
    ...(unread > 0 ? [`pending includes ${countOf(unread, 'order')} still to be read`] : []),
    ...(history > 0 ? [`pending includes ${countOf(history, 'order')} from before the connection that history has yet to bring`] : []),
    ...(gone > 0 ? [`gone: ${countOf(gone, 'order')} recorded as deleted in Shopify or not visible to the token, in no other number`] : []),
    ...(orderByOrder
      ? []
      : ['days of more than 250 orders whose numbers agree were compared by number; --every-order compares each order']),
  ];
}

function printFindings(findings: Finding[], screen: Screen): void {
  const { colours } = screen;
  for (const [kind, of] of Map.groupBy(findings, (finding) => finding.kind)) {
    const colour = of.every(({ explained }) => explained) ? colours.dim : colours.bad;
    screen.print(`\n  ${colour(`${countOf(of.length, 'order')} ${NEXT[kind]}`)}`);
    screen.print(
      table(
        of.slice(0, FINDINGS_SHOWN).map(({ day, name, orderId }) => [day, name, orderId]),
        '    ',
      ),
    );
    if (of.length > FINDINGS_SHOWN) screen.print(`    and ${of.length - FINDINGS_SHOWN} more: --json lists all`);
  }
}
