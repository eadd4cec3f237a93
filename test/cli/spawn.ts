/** The program as a process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface RunOptions {
  env?: Record<string, string>;
  cwd?: string;
  node?: string[];
  /** What it reads from stdin. */
  input?: string;
}

/** Runs it to its end with nothing in its environment but `env`. */
export function runMain(args: string[], options: RunOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [...(options.node ?? []), MAIN, ...args], { cwd: options.cwd, env: options.env ?? {} });
  if (options.input !== undefined) child.stdin.end(options.input);
  return end(child);
}

export function end(child: ChildProcess): Promise<Ended> {
  const read = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => (read.stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (read.stderr += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...read }));
  });
}
