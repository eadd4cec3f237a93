import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runDaemon } from '../../src/cli/start.ts';
import { end } from './spawn.ts';

const config = () => Promise.reject(new Error('not asked for')) as never;

describe('runDaemon', () => {
  it('runs until the signal, reloads when asked, then stops', async () => {
    const log: string[] = [];
    const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
    let reload = () => {};
    const daemon = {
      receiver: { host: '', port: 1 },
      admin: { host: '', port: 2 },
      reload: async () => log.push('reloaded') > 0,
      stop: async () => void log.push('stopped'),
    };
    const start = async () => {
      log.push('started');
      return daemon;
    };
    const ended = runDaemon({ start }, { stop: { received: promise }, reload: { heed: (act) => (reload = act) } }, config);
    await Promise.resolve();
    expect(log).toEqual(['started']);
    await new Promise((settled) => setImmediate(settled));
    reload();
    resolve('SIGTERM');
    expect(await ended).toBe(0);
    expect(log).toEqual(['started', 'reloaded', 'stopped']);
  });

  it('fails as its start does', async () => {
    const start = async () => Promise.reject(new Error('another daemon runs'));
    await expect(runDaemon({ start }, { stop: { received: new Promise(() => {}) }, reload: { heed: () => {} } }, config)).rejects.toThrow(
      'another daemon runs',
    );
  });
});

describe('awaitStop', () => {
  const program = `
    import { awaitStop } from ${JSON.stringify(join(import.meta.dirname, '../../src/cli/signals.ts'))};
    const stop = awaitStop();
    setInterval(() => {}, 1000);
    console.log('ready');
    console.log(await stop.received);
  `;
  const launch = async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    const ended = end(child);
    await once(child.stdout, 'data');
    return { child, ended };
  };

  it.each(['SIGTERM', 'SIGINT'] as const)('tells the first %s and ends with code 1 at the second', async (signal) => {
    const { child, ended } = await launch();
    child.kill(signal);
    await once(child.stdout, 'data');
    expect(child.exitCode).toBeNull();
    child.kill(signal);
    expect(await ended).toMatchObject({ code: 1, stdout: `ready\n${signal}\n` });
  });
});

describe('awaitReload', () => {
  const program = `
    import { awaitReload } from ${JSON.stringify(join(import.meta.dirname, '../../src/cli/signals.ts'))};
    const reload = awaitReload();
    setInterval(() => {}, 1000);
    process.stdin.on('data', () => reload.heed(() => console.log('reload')));
    console.log('ready');
  `;

  it('tells a SIGHUP that came before somebody heeds it, and every later one', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    const ended = end(child);
    await once(child.stdout, 'data');
    child.kill('SIGHUP');
    child.stdin.write('now');
    await once(child.stdout, 'data');
    child.kill('SIGHUP');
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    expect((await ended).stdout).toBe('ready\nreload\nreload\n');
  });
});
