/** Other processes that open the store: real children, killed for real. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const STORE = fileURLToPath(new URL('../../src/store/index.ts', import.meta.url));

/** Runs `body` in which `open()` gives the store on `path` and `say(value)` answers; the process then lives on until it is killed or ends by itself. */
export function child(path: string, body: string): { process: ChildProcess; said(): Promise<unknown> } {
  const program = `
    import Database from 'better-sqlite3';
    import { openStore } from ${JSON.stringify(STORE)};
    const path = ${JSON.stringify(path)};
    const open = () => openStore({ path, newToken: () => 'child-' + process.pid + '-' + process.hrtime.bigint() });
    const say = (value) => process.send(value);
    try {
      ${body}
    } catch (error) {
      say({ failed: error.code ?? error.message });
    }`;
  const spawned = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  onTestFinished(() => void spawned.kill('SIGKILL'));
  return { process: spawned, said: async () => ((await once(spawned, 'message')) as unknown[])[0] };
}
