/** `connect`: the installer. Prints what it found and did for each store. */
import type { App } from '../app.ts';
import type { ConnectReport } from '../install/install.ts';
import { ofResults } from './exit-codes.ts';
import { clean, printJson, table, type Screen } from './screen.ts';
import { countOf, timeIn } from './words.ts';

export async function connectStores(app: Pick<App, 'connect'>, options: { store?: string }, screen: Screen): Promise<number> {
  const reports = await app.connect(options.store);
  if (screen.json) printJson(screen, reports);
  else for (const report of clean(reports)) printReport(report, screen);
  return ofResults(reports.map(({ ok }) => ok));
}

function printReport(report: ConnectReport, screen: Screen): void {
  const { bold, good, bad } = screen.colours;
  if (!report.ok) screen.fail(`${bold(report.store)}  ${bad('not connected')}\n  ${report.error?.message ?? 'unknown reason'}`);
  else if (!screen.quiet) screen.print(`${bold(report.store)}  ${good('connected')}\n${table(facts(report, screen), '  ', screen.width)}`);
}

function facts({ installation, missingScopes, subscriptions, firstConnectedAt }: ConnectReport, screen: Screen): string[][] {
  const rows: string[][] = [];
  if (installation) {
    rows.push(
      ['shop', `${installation.shopName} (${installation.domain})`],
      ['currency', installation.currency],
      ['time zone', installation.timeZone],
      ['scopes', installation.scopes.join(' ')],
    );
  }
  for (const { scope, cost } of missingScopes) rows.push(['missing', screen.colours.warning(`${scope}: ${cost}`)]);
  rows.push([
    'webhooks',
    subscriptions ? subscriptionText(subscriptions) : 'none: server.publicUrl is not set, so Shopify is asked for changes',
  ]);
  for (const { topic, message } of subscriptions?.failed ?? []) rows.push(['', screen.colours.bad(`${topic}: ${message}`)]);
  if (firstConnectedAt !== null) rows.push(['since', timeIn(installation?.timeZone ?? 'UTC', firstConnectedAt)]);
  return rows;
}

function subscriptionText({ created, updated, unchanged, removed }: NonNullable<ConnectReport['subscriptions']>): string {
  const changes = [
    created.length > 0 && `created ${created.join(' ')}`,
    updated.length > 0 && `repaired ${updated.join(' ')}`,
    removed.length > 0 && `surplus removed ${removed.join(' ')}`,
  ].filter((text) => text !== false);
  const total = created.length + updated.length + unchanged.length;
  return `${countOf(total, 'subscription')} in place${changes.length > 0 ? ` (${changes.join('; ')})` : ', nothing to change'}`;
}
