/** The file of a slice for the benchmark: made once by the sandbox, then served with other order ids for every slice. */
import { closeSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { startSandbox } from '../../src/sandbox/index.ts';
import { createShopify } from '../../src/shopify/index.ts';
import { systemClock } from '../../src/platform/clock.ts';

export const SLICE_ORDERS = 3_000;
export const LINES = 6;
const DAY_MS = 86_400_000;
/** Enough that so many are left without those that sync would read. */
const MADE = 4_350;
const ORDER = 'gid://shopify/Order/';
const PIECE = 1024 * 1024;
const OVERLAP = 64;
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

export interface SliceFiles {
  rows: number;
  bytes: number;
  /** The file of slice number `slice`. */
  read(slice: number): Buffer;
}

/** Where ids stand is looked up in pieces, so that the measured process holds nothing of it but the places. */
export function openFile(path: string): SliceFiles {
  const bytes = statSync(path).size;
  const places: number[] = [];
  let rows = 0;
  const read = (from: number, size: number): Buffer => {
    const piece = Buffer.allocUnsafe(size);
    const handle = openSync(path, 'r');
    for (let at = 0; at < size;) at += readSync(handle, piece, at, size - at, from + at);
    closeSync(handle);
    return piece;
  };
  for (let from = 0; from < bytes; from += PIECE - OVERLAP) {
    const piece = read(from, Math.min(PIECE, bytes - from));
    const own = from + PIECE >= bytes ? piece.length : PIECE - OVERLAP;
    for (let at = piece.indexOf(ORDER); at >= 0 && at < own; at = piece.indexOf(ORDER, at + 1)) places.push(from + at + ORDER.length);
    for (let at = piece.indexOf(0x0a); at >= 0 && at < own; at = piece.indexOf(0x0a, at + 1)) rows += 1;
  }
  return {
    rows,
    bytes,
    read: (slice) => {
      const file = read(0, bytes);
      // Five digits in front, which ids of the sandbox have alike.
      const mark = String(10_000 + slice);
      for (const place of places) file.write(mark, place, 'latin1');
      return file;
    },
  };
}
