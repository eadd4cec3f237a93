/** How a benchmark says what it measured: rows with a target, and the machine they were measured on. */
import { cpus, totalmem } from 'node:os';

export interface Row {
  what: string;
  /** With its unit. */
  value: string;
  target?: string;
  reached?: boolean;
}

export interface Benchmark {
  title: string;
  rows: Row[];
  /** What a reader must know to judge the figures. */
  notes?: string[];
}

export function machine(): string {
  const cores = cpus();
  return `${cores.length} × ${cores[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, ${process.platform}`;
}

export function print({ title, rows, notes = [] }: Benchmark): void {
  const wide = Math.max(...rows.map(({ what }) => what.length));
  const value = Math.max(...rows.map((row) => row.value.length));
  console.log(`\n${title}`);
  for (const row of rows) {
    const target = row.target === undefined ? '' : `   target ${row.target}: ${row.reached ? 'reached' : 'MISSED'}`;
    console.log(`  ${row.what.padEnd(wide)}  ${row.value.padStart(value)}${target}`);
  }
  for (const note of notes) console.log(`  (${note})`);
}

export function median(values: number[]): number {
  return percentile(values, 0.5);
}

/** The value that `part` of them (0 to 1) do not exceed. */
export function percentile(values: number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? NaN;
}

export function perSecond(value: number): string {
  return `${Math.round(value).toLocaleString('en')}/s`;
}

export function percent(part: number): string {
  return `${(part * 100).toFixed(part < 0.1 ? 2 : 0)} %`;
}

export function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
