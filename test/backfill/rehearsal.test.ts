/** The dry run: counts what the backfill would write, writes nothing, and takes back what it asked of Shopify when it is stopped. */
import { describe, expect, it, vi } from 'vitest';
import { rows } from '../store/fixture.ts';
import { startBackfill, type Run } from './running.ts';

vi.setConfig({ testTimeout: 60_000 });

const statuses = (run: Run) => run.sandbox.shopify.bulk.operations().map(({ status }) => status);

/** Stopped while its operation runs at Shopify. */
async function stoppedWhileRunning(run: Run) {
  run.sandbox.shopify.bulk.setFaults({ neverFinishes: true });
  const stop = new AbortController();
  const { look } = run.shopify.history;
  run.shopify.history.look = async (id) => {
    stop.abort();
    return look(id);
  };
  return await run.rehearse(stop.signal);
}

describe('a dry run', () => {
  it('counts what the backfill then writes, and writes nothing itself', async () => {
    const run = await startBackfill();
    const found = await run.rehearse();
    expect(found).toMatchObject({ expected: 60, read: 60, unread: 0, failed: [], leftRunning: 0 });
    expect([run.ledger(), rows(run.store, 'select * from events'), rows(run.store, 'select * from due_orders')]).toEqual([[], [], []]);
    await run.toEnd();
    await run.sync();
    const written = rows<{ what: string; number: number }>(
      run.store,
      "select decision || coalesce(': ' || reason, '') what, count(*) number from orders group by 1",
    );
    expect(found.decisions).toEqual(Object.fromEntries(written.map(({ what, number }) => [what, number])));
    const events = rows<{ name: string; number: number }>(run.store, 'select name, count(*) number from events group by 1');
    expect(found.events).toEqual(Object.fromEntries(events.map(({ name, number }) => [name, number])));
  });

  it('that is stopped cancels what runs at Shopify for it', async () => {
    const run = await startBackfill();
    expect(await stoppedWhileRunning(run)).toMatchObject({ expected: 60, read: 0, leftRunning: 0 });
    expect(statuses(run)).toEqual([expect.stringMatching(/^CANCEL(ED|ING)$/)]);
  });

  it('that is stopped does not wait for a Shopify that does not answer', async () => {
    const run = await startBackfill();
    run.shopify.history.cancel = () => new Promise(() => {});
    expect(await stoppedWhileRunning(run)).toMatchObject({ leftRunning: 1 });
    expect(run.clock.sleepers()).toBeLessThanOrEqual(1);
  });

  it('that is stopped during a download ends like any other', async () => {
    const run = await startBackfill();
    const stop = new AbortController();
    run.shopify.history.download = () => {
      stop.abort();
      return Promise.reject(new Error('told to stop'));
    };
    expect(await run.rehearse(stop.signal)).toMatchObject({ read: 0, leftRunning: 0 });
    expect(statuses(run)).toEqual(['COMPLETED']);
  });

  it('that fails cancels, too, and says why', async () => {
    const run = await startBackfill();
    run.sandbox.shopify.bulk.setFaults({ neverFinishes: true });
    run.shopify.history.look = () => Promise.reject(new Error('Shopify is away'));
    await expect(run.rehearse()).rejects.toThrow('Shopify is away');
    expect(statuses(run)).toEqual([expect.stringMatching(/^CANCEL(ED|ING)$/)]);
  });
});
