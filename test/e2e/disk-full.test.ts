/** The program on a disk that is really full: a small file system of its own, where mounting one is allowed. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { place, until } from './running.ts';

/** Whether a file system of 24 MB is mounted at `path` now. */
function mounted(path: string): boolean {
  mkdirSync(path, { mode: 0o700 });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=0700', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Writes until nothing more fits, whatever else is written meanwhile. */
function fillUp(filler: string): void {
  for (let bytes = 1024 * 1024; bytes >= 512;) {
    try {
      appendFileSync(filler, Buffer.alloc(bytes));
    } catch {
      bytes /= 2;
    }
  }
}

it('answers 503 and is not ready while the disk is full, and catches up by itself when there is room', async ({ skip }) => {
  const at = await place({ store: '    reconcile: { everyMinutes: 0.01 }\n' });
  const data = join(at.folder, 'data');
  if (!mounted(data)) {
    console.warn('skipped: the program on a really full disk, as no file system can be mounted here');
    skip();
  }
  onTestFinished(() => void execFileSync('umount', ['-l', data], { stdio: 'ignore' }));
  const { converge } = at.sandbox;
  const ids = () => new Set(converge.events().map(({ event_id }) => event_id));
  const ready = async () => (await fetch(`${at.admin}/readyz`)).status;
  const daemon = await at.start();
  const before = at.sandbox.randomOrders(10);
  await until(() => before.every(({ id }) => ids().has(id)));

  const filler = join(data, 'filler');
  fillUp(filler);
  // Orders all the while: what SQLite's log has room for already is used up by them.
  const during: { id: string }[] = [];
  await until(async () => {
    during.push(...at.sandbox.randomOrders(2));
    return (await ready()) === 503;
  });
  expect(await (await fetch(`${at.admin}/readyz`)).text()).toMatch(/STORE_(FULL|IO)/);
  await until(() => /webhook could not be written/.test(daemon.output()));
  expect(daemon.process.exitCode).toBeNull();

  rmSync(filler);
  await until(async () => (await ready()) === 200);
  await until(() => during.every(({ id }) => ids().has(id)));
  expect(converge.counts()).toMatchObject({ outOfOrder: 0, changedRepeats: 0, refused: 0 });
  daemon.process.kill('SIGTERM');
  expect((await daemon.ended).code).toBe(0);
}, 180_000);
