/** Power cuts on files: the shim that knows what was synced, and what is left of a folder afterwards. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../src/sandbox/random.ts';

const SOURCE = join(import.meta.dirname, 'power-cut.c');
/** What a disk writes whole or not at all. */
const SECTOR = 512;

/** Built into `folder`; null: this machine cannot (no Linux, or no C compiler). */
export function buildShim(folder: string): string | null {
  if (process.platform !== 'linux') return null;
  const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);
  if (compiler === undefined) return null;
  const shim = join(folder, 'power-cut.so');
  execFileSync(compiler, ['-O2', '-shared', '-fPIC', '-o', shim, SOURCE, '-ldl', '-lpthread'], { stdio: 'inherit' });
  return shim;
}

/** The power is on: everything that is in the folder is on the disk. */
export function powerOn(folder: string, disk: string): void {
  rmSync(disk, { recursive: true, force: true });
  mkdirSync(disk, { recursive: true });
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(disk, name));
}

/**
 * Leaves of the folder what a power cut leaves: of what was never synced nothing, or, when `torn`, any of its sectors and not others, as a disk
 * that was busy writing them.
 */
export function cutPower(folder: string, disk: string, torn: Random | null): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    const durable = join(disk, name);
    // The -shm file is an index in memory, and the lock file is never written.
    if (!existsSync(durable) || name.endsWith('-shm')) rmSync(file);
    else if (torn === null) copyFileSync(durable, file);
    else writeFileSync(file, mixed(readFileSync(durable), readFileSync(file), torn));
  }
  for (const name of readdirSync(disk)) {
    if (!existsSync(join(folder, name)) && !name.endsWith('-shm')) copyFileSync(join(disk, name), join(folder, name));
  }
}

function mixed(durable: Buffer, written: Buffer, random: Random): Buffer {
  const result = Buffer.alloc(random.chance(0.5) ? durable.length : written.length);
  for (let at = 0; at < result.length; at += SECTOR) {
    const [old, young] = [durable, written].map((bytes) => bytes.subarray(at, at + SECTOR));
    if (!old || !young) continue;
    const chosen = old.equals(young) || random.chance(0.5) ? old : young;
    chosen.copy(result, at);
  }
  return result;
}
