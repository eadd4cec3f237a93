/** The audit as its users run it: beside the daemon and without one, with its exit codes. */
import { expect, it } from 'vitest';
import { place, until, type Place } from './running.ts';

const DAY_MS = 86_400_000;

interface Report {
  ok: boolean;
  days: { shopify: number; accounted: number; outcomes: Record<string, number> }[];
  findings: { name: string; kind: string }[];
}

async function audit(at: Place): Promise<{ code: number | null; report: Report; shopify: number; accounted: number }> {
  const since = new Date(Date.now() - 20 * DAY_MS).toISOString().slice(0, 10);
  const { code, stdout, stderr } = await at.run('audit', '--since', since, '--json');
  expect(stderr).toBe('');
  const [report] = JSON.parse(stdout) as [Report];
  const sum = (of: 'shopify' | 'accounted') => report.days.reduce((total, day) => total + day[of], 0);
  return { code, report, shopify: sum('shopify'), accounted: sum('accounted') };
}

it('accounts for history and live orders, names the one whose webhook was lost, and finds it afterwards, with a daemon and without', async () => {
  const at = await place({ sandbox: { orders: 20, historyDays: 10 }, store: '    exclude: { channels: [pos] }\n' });
  const daemon = await at.start();
  const accountedFor = (orders: number) => async () => {
    const { code, report, shopify, accounted } = await audit(at);
    const underWay = report.days.some(({ outcomes }) => outcomes['pending'] !== undefined);
    return code === 0 && shopify === orders && accounted === orders && !underWay;
  };
  await until(accountedFor(20));

  at.sandbox.webhooks.setFaults({ drop: 1 });
  const lost = at.sandbox.shop.createOrder({}, { at: Date.now() - DAY_MS });
  const { code, report } = await audit(at);
  expect([code, report.ok, report.findings.map(({ name, kind }) => [name, kind])]).toEqual([1, false, [[lost.name, 'missing']]]);
  await until(() => at.sandbox.converge.events().some(({ event_id }) => event_id === lost.id));
  await until(accountedFor(21));

  daemon.process.kill('SIGTERM');
  await daemon.ended;
  expect(await accountedFor(21)()).toBe(true);
}, 120_000);
