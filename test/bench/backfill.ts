/** How fast history goes from the file of a bulk operation into outbox and accounting, beside a program that only parses, joins and inserts. */
import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LINES, makeFile } from './backfill-file.ts';
import { median, percent, perSecond, type Benchmark } from './report.ts';
import { SLICE_ORDERS } from './slice-files.ts';

const ROUNDS = 3;
/** What `main.ts` sets for the program before it loads it. */
const AS_STARTED = ['--semi-space-growth-factor=1'];

interface Measured {
  seconds: number;
  cpuSeconds: number;
  peakMb: number;
}

/** `BACKFILL_ORDERS` in the environment: how many, for a run with a million. */
export async function backfill(orders = Number(process.env.BACKFILL_ORDERS ?? 100_000), rounds = ROUNDS): Promise<Benchmark> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-backfill-'));
  const slices = Math.ceil(orders / SLICE_ORDERS);
  const count = slices * SLICE_ORDERS;
  try {
    const file = join(folder, 'slice.jsonl');
    await makeFile(file);
    const ours: Measured[] = [];
    const floor: Measured[] = [];
    const bare: Measured[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const path = join(folder, `ours-${round}.sqlite`);
      ours.push(await run(['ours', file, path, String(slices)]));
      const { body, account } = sizes(path);
      for (const [kind, runs] of Object.entries({ floor, bare }))
        runs.push(await run([kind, file, join(folder, `${kind}-${round}.sqlite`), String(slices), String(body), String(account)]));
      for (const name of ['ours', 'floor', 'bare']) rmSync(join(folder, `${name}-${round}.sqlite`), { force: true });
    }
    const rate = (runs: Measured[], by: 'seconds' | 'cpuSeconds') => median(runs.map((one) => count / one[by]));
    const part = (runs: Measured[], by: 'seconds' | 'cpuSeconds') => median(ours.map((one, round) => runs[round]![by] / one[by]));
    const ofFloor = part(floor, 'seconds');
    const peak = Math.max(...ours.map(({ peakMb }) => peakMb));
    const bound = count > 500_000 ? 300 : 250;
    return {
      title: `backfill: ${count.toLocaleString('en')} orders of ${LINES} lines, from files of ${SLICE_ORDERS} into outbox and accounting`,
      rows: [
        { what: 'parse, join, insert the same bytes into the same tables', value: perSecond(rate(floor, 'seconds')) },
        { what: 'the same into two bare tables without indexes', value: perSecond(rate(bare, 'seconds')) },
        { what: 'backfill', value: perSecond(rate(ours, 'seconds')) },
        { what: 'of the floor', value: percent(ofFloor), target: '>= 50 %', reached: ofFloor >= 0.5 },
        { what: 'of the floor, by processor time', value: percent(part(floor, 'cpuSeconds')) },
        { what: 'of the bare tables', value: percent(part(bare, 'seconds')) },
        { what: 'peak resident memory', value: `${Math.round(peak)} MB`, target: `<= ${bound} MB`, reached: peak <= bound },
      ],
      notes: ['all orders are derived: none is edited or refunded', 'BACKFILL_ORDERS=1000000 npm run bench -- backfill for a million'],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What an order comes to on the disk, on average. */
function sizes(path: string): { body: number; account: number } {
  const file = new Database(path, { readonly: true });
  try {
    return file
      .prepare<[], { body: number; account: number }>(
        `select cast((select avg(length(body)) from events) as integer) body,
          cast(avg(length(trail) + length(sent_lines) + length(order_id) + length(name) + length(placed_at) + length(updated_at) + 80) as integer) account
         from orders`,
      )
      .get()!;
  } finally {
    file.close();
  }
}

async function run(args: string[]): Promise<Measured> {
  const flags = args[0] === 'ours' ? AS_STARTED : [];
  const child = spawn(process.execPath, [...flags, join(import.meta.dirname, 'backfill-run.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`the run ended with ${code}`);
  return JSON.parse(output) as Measured;
}
