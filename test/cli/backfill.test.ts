/** `backfill`: who does the work, what is said of it, and the exit code. */
import { describe, expect, it } from 'vitest';
import type { BackfillLook, BackfillRehearsed, BackfillTaken } from '../../src/history.ts';
import { runBackfill } from '../../src/cli/backfill.ts';
import { NOW, row, screen, status } from './double.ts';

const daemon = { pid: 7, host: 'here', startedAt: NOW };

function look(more: Partial<BackfillLook['progress']> = {}): BackfillLook {
  return {
    progress: {
      ...{ id: 1, store: 'main', origin: 'command', words: '', since: null, until: NOW, state: 'done', expected: 10, createdAt: NOW },
      ...{ startedAt: NOW, finishedAt: NOW, error: null, read: 10, derived: 8, markedDue: 2, known: 0, failed: [] },
      slices: { planned: 0, starting: 0, running: 0, reading: 0, done: 1, failed: 0 },
      ...more,
    },
    due: 0,
    pending: 0,
    paused: false,
  };
}

function app(options: { taken?: BackfillTaken[]; look?: BackfillLook; daemon?: boolean; rehearsed?: BackfillRehearsed[] } = {}) {
  const did: string[] = [];
  return {
    did,
    requestBackfills: async () => options.taken ?? [{ store: 'main', row: row(), backfill: 1 }],
    lookAtBackfill: async () => options.look ?? look(),
    runHistory: async () => {
      did.push('run');
      return options.daemon ? null : { stop: async () => void did.push('stopped') };
    },
    rehearseBackfills: async () => options.rehearsed ?? [],
    status: async () => status({}, options.daemon ? daemon : null),
  };
}

const never = { received: new Promise<NodeJS.Signals>(() => {}) };
const stopped = { received: Promise.resolve<NodeJS.Signals>('SIGINT') };

describe('backfill', () => {
  it('runs here without a daemon, and says what was read', async () => {
    const double = app();
    const shown = screen();
    expect(await runBackfill(double, {}, never, shown)).toBe(0);
    expect(double.did).toEqual(['run', 'stopped']);
    expect(shown.text()).toContain('done: 10 of 10 orders read: 8 written, 2 read one by one');
  });

  it('stopped here says how it goes on; with a daemon only the following ends', async () => {
    const running = look({ state: 'running', finishedAt: null });
    const here = screen();
    expect(await runBackfill(app({ look: running }), {}, stopped, here)).toBe(3);
    expect(here.failed.join()).toContain('run the same command again, or start');
    const behind = screen();
    expect(await runBackfill(app({ look: { ...look(), due: 2, pending: 500 } }), {}, stopped, behind)).toBe(3);
    expect(behind.failed.join()).toContain('start goes on with what is left (main: 2 orders still to be read, 500 events in the outbox)');
    const followed = screen();
    expect(await runBackfill(app({ look: running, daemon: true }), {}, stopped, followed)).toBe(0);
    expect(followed.failed.join()).toContain('the daemon goes on');
  });

  it('that is not whole names the span and the ids, and exits with 3; with 1 when nothing was read', async () => {
    const failed = [{ since: NOW, until: NOW, expected: 3, distinct: 2, error: 'Shopify counts 3.', firstId: '5', lastId: '9' }];
    const shown = screen();
    expect(await runBackfill(app({ look: look({ state: 'failed', failed }) }), {}, never, shown)).toBe(3);
    expect(shown.failed.join()).toMatch(/Shopify counts 3\. Orders 5 to 9/);
    expect(await runBackfill(app({ look: look({ state: 'failed', read: 0 }) }), {}, never, screen())).toBe(1);
  });

  it('says that only 60 days are visible, with the fix, and which stores are not connected', async () => {
    const taken: BackfillTaken[] = [
      { store: 'main', row: row({ scopes: ['read_orders'] }), backfill: 1 },
      { store: 'other', error: { code: 'CLI_NOT_CONNECTED', message: 'Run connect first.' } },
    ];
    const shown = screen();
    expect(await runBackfill(app({ taken }), {}, never, shown)).toBe(3);
    expect(shown.failed.join('\n')).toMatch(
      /other {2}Run connect first[^]*read_all_orders is missing: only the orders of the last 60 days/,
    );
  });

  it('detached returns at once', async () => {
    const double = app({ daemon: true });
    const shown = screen();
    expect(await runBackfill(double, { detach: true }, never, shown)).toBe(0);
    expect(shown.text()).toContain('the daemon (process 7) takes it');
    expect(double.did).toEqual([]);
  });

  it('with --json prints lines of JSON', async () => {
    const shown = screen({ json: true });
    await runBackfill(app(), {}, never, shown);
    expect(JSON.parse(shown.printed[0] ?? '')).toMatchObject({
      store: 'main',
      state: 'done',
      expected: 10,
      read: 10,
      slices: { done: 1 },
      pendingEvents: 0,
    });
  });

  it('--dry-run looks at the stores that are connected and names the others', async () => {
    const other: BackfillRehearsed = { store: 'other', error: { code: 'CLI_NOT_CONNECTED', message: 'Run connect first.' } };
    const main = {
      store: 'main',
      expected: 3,
      read: 3,
      known: 0,
      waiting: 0,
      decisions: { sent: 3 },
      channels: {},
      events: {},
      unread: 0,
      failed: [],
      leftRunning: 0,
    };
    const shown = screen();
    expect(await runBackfill(app({ rehearsed: [other, main] }), { dryRun: true }, never, shown)).toBe(3);
    expect(shown.failed.join()).toContain('other  Run connect first.');
    expect(shown.text()).toContain('3 of 3 looked at');
    expect(await runBackfill(app({ rehearsed: [main] }), { dryRun: true }, never, screen())).toBe(0);
    expect(await runBackfill(app({ rehearsed: [other] }), { dryRun: true }, never, screen())).toBe(1);
    const cut = screen();
    expect(await runBackfill(app({ rehearsed: [{ ...main, read: 1 }] }), { dryRun: true }, stopped, cut)).toBe(3);
    expect(cut.failed.join()).toContain('nothing was written, and what ran for it at Shopify is cancelled.');
    const left = screen();
    await runBackfill(app({ rehearsed: [{ ...main, leftRunning: 2 }] }), { dryRun: true }, stopped, left);
    expect(left.failed.join()).toContain('but 2 bulk operations could not be cancelled');
  });
});
