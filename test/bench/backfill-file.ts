/** The file of a slice for the benchmark, made by the sandbox. */
import { writeFileSync } from 'node:fs';
import { startSandbox } from '../../src/sandbox/index.ts';
import { createShopify } from '../../src/shopify/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { SLICE_ORDERS } from './slice-files.ts';

export const LINES = 6;
const DAY_MS = 86_400_000;
/** Enough that so many are left without those that sync would read. */
const MADE = 4_350;
const silent = { debug() {}, info() {}, warn() {}, error() {}, isLevelEnabled: () => false, child: () => silent };

/** Orders that are neither edited nor refunded, all of which are derived: the dearest case. */
export async function makeFile(path: string): Promise<void> {
  const now = Date.now();
  const history = { orders: MADE, from: now - 400 * DAY_MS, to: now - 100 * DAY_MS, seed: 7, linesPerOrder: LINES };
  const sandbox = await startSandbox({ orders: 0, history, bulk: { queuedMs: 1, baseMs: 1, msPerOrder: 0 } });
  const { origin, shopDomain: domain, clientId, clientSecret } = sandbox;
  const shopify = createShopify({
    domain,
    origin,
    credentials: { clientId, clientSecret },
    clock: systemClock,
    random: Math.random,
    logger: silent,
  });
  try {
    const { operation } = await shopify.history.run({ since: history.from, until: now });
    let done = operation;
    while (done?.status !== 'COMPLETED') {
      await systemClock.sleep(100);
      done = await shopify.history.look(operation?.id ?? '');
    }
    const file = await shopify.history.download(done.url ?? '', done.bytes ?? 0, new AbortController().signal);
    writeFileSync(path, plainOrders(file.toString('utf8')));
  } finally {
    await shopify.close();
    await sandbox.close();
  }
}

function plainOrders(text: string): string {
  const kept = new Set<string>();
  return text
    .split('\n')
    .filter((line) => {
      if (line === '') return false;
      const row = JSON.parse(line) as { id: string; __parentId?: string; edited?: boolean; refunds?: unknown[] };
      if (row.__parentId !== undefined) return kept.has(row.__parentId);
      if (row.edited || row.refunds?.length || kept.size >= SLICE_ORDERS) return false;
      kept.add(row.id);
      return true;
    })
    .map((line) => `${line}\n`)
    .join('');
}
