/** What `audit` prints, and its exit codes. */
import { describe, expect, it } from 'vitest';
import type { AuditReport, DayAudit, Finding } from '../../src/audit/report.ts';
import { auditStores } from '../../src/cli/audit.ts';
import { NOW, screen } from './double.ts';

const row = { channel: 'web', reason: null, gone: false, currency: 'EUR', orders: 2, revenue: '20.10', current: '20.10' };

function day(more: Partial<DayAudit> = {}): DayAudit {
  return {
    day: '2026-11-20',
    shopify: 2,
    accounted: 2,
    difference: 0,
    outcomes: { delivered: 2 },
    gone: 0,
    rows: [{ ...row, day: '2026-11-20', outcome: 'delivered' }],
    unread: 0,
    beforeWindow: 0,
    history: 0,
    orderByOrder: true,
    ...more,
  };
}

function report(more: Partial<AuditReport> = {}): AuditReport {
  return {
    store: 'main',
    ok: true,
    error: null,
    timeZone: 'Europe/Berlin',
    since: '2026-11-20',
    until: '2026-11-20',
    endAt: NOW,
    days: [day()],
    findings: [],
    notes: [],
    ...more,
  };
}

const finding = (kind: Finding['kind'], explained: boolean, name = '#1001'): Finding => ({
  orderId: '6100000000001',
  name,
  day: '2026-11-20',
  createdAt: NOW,
  kind,
  explained,
});
const failed = report({
  store: 'other',
  ok: false,
  error: { code: 'TOKEN_REFUSED', message: 'The token is refused. Run connect.' },
  days: [],
});
const differing = report({ ok: false, findings: [finding('missing', false)], days: [day({ shopify: 3, difference: 1 })] });

async function run(reports: AuditReport[], flags: { channels?: boolean; until?: string; json?: boolean } = {}) {
  const out = screen({ json: flags.json ?? false });
  const code = await auditStores({ audit: async () => reports }, { since: '2026-11-20', ...flags }, out);
  return { code, out };
}

describe('audit', () => {
  it.each([
    [0, [report()]],
    [0, [report({ findings: [finding('in_flight', true)] })]],
    [1, [differing]],
    [1, [failed]],
    [3, [report(), failed]],
    [1, [differing, failed]],
  ])('exits with %i', async (code, reports) => {
    expect((await run(reports)).code).toBe(code);
  });

  it('adds up the days, shows what changed after sending, and names what differs with the next step', async () => {
    const second = day({
      day: '2026-11-21',
      shopify: 4,
      accounted: 3,
      difference: 1,
      outcomes: { delivered: 1, excluded: 2 },
      gone: 1,
      rows: [
        { ...row, day: '2026-11-21', outcome: 'delivered', orders: 1, revenue: '10.00', current: '7.50' },
        { ...row, day: '2026-11-21', outcome: 'excluded', reason: 'tag:vip', orders: 1 },
        { ...row, day: '2026-11-21', outcome: 'deleted', gone: true, orders: 1 },
      ],
      beforeWindow: 1,
      unread: 1,
    });
    const findings = [finding('missing', false), ...Array.from({ length: 60 }, (_, index) => finding('changed', true, `#2${index}`))];
    const { out } = await run([report({ ok: false, days: [day(), second], findings, notes: ['a note'] })]);
    const text = out.text();
    expect(text).toMatch(/main {2}2026-11-20 to 2026-11-20.*1 order to look at/);
    expect(text).toMatch(/day +shopify +accounted +difference +delivered +excluded +gone +revenue sent/);
    expect(text).toMatch(/2026-11-21 +4 +3 +\+1 +1 +2 +1 +10\.00 EUR \(-2\.50 since\)/);
    expect(text).toMatch(/total +6 +5 +\+1 +3 +2 +1 +30\.10 EUR \(-2\.50 since\)/);
    expect(text).toMatch(/excluded by +1 tag:vip · 1 before_window/);
    expect(text).toContain('pending includes 1 order still to be read');
    expect(text).toContain('a note');
    expect(text).toMatch(/1 order in Shopify and not here: marked due/);
    expect(text).toMatch(/2026-11-20 {2}#1001 {2}6100000000001/);
    expect(text).toContain('and 10 more: --json lists all');
  });

  it('shows channels where asked, and a ? for a day the token does not see', async () => {
    const rows = [
      { ...row, day: '2026-11-20', outcome: 'delivered' as const },
      { ...row, day: '2026-11-20', outcome: 'excluded' as const, channel: 'pos', reason: 'channel:pos', orders: 1 },
    ];
    const { out } = await run([report({ days: [day({ shopify: null, rows })] })], { channels: true });
    expect(out.text()).toMatch(/2026-11-20 +\? +2/);
    expect(out.text()).toMatch(/ {2}pos +1 +0 +1 +–/);
    expect((await run([report({ days: [day({ rows })] })])).out.text()).not.toMatch(/^ *pos/m);
  });

  it('prints the reports as they are with --json', async () => {
    const { out, code } = await run([differing, failed], { json: true });
    expect(code).toBe(1);
    expect(out.data()).toMatchObject([
      { store: 'main', ok: false, endAt: '2026-11-20T12:00:00.000Z', findings: [{ kind: 'missing' }] },
      { store: 'other' },
    ]);
  });

  it('refuses what is no day, and days in the wrong order', async () => {
    const app = { audit: async () => [report()] };
    await expect(auditStores(app, { since: 'yesterday' }, screen())).rejects.toMatchObject({ code: 'TIME_DATE' });
    await expect(auditStores(app, { since: '2026-11-20', until: '2026-11-19' }, screen())).rejects.toMatchObject({ code: 'CLI_USAGE' });
  });

  it('shows nothing that could move the cursor', async () => {
    const { out } = await run([report({ findings: [finding('in_flight', true, '#1\u001b[2J')] })]);
    expect(out.text()).not.toContain('\u001b');
  });
});
