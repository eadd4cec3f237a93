/** Other processes that open the store: real children, killed for real. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const STORE = fileURLToPath(new URL('../../src/store/index.ts', import.meta.url));

/** Runs `body` with `store` open on `path` (as `argument`), and `say(value)` to answer; the process then lives on until it is killed or ends by itself. */
export function child(path: string, body: string): { process: ChildProcess; said(): Promise<unknown> } {
  const program = `
    import { openStore } from ${JSON.stringify(STORE)};
    const say = (value) => process.send(value);
    try {
      const store = openStore({ path: ${JSON.stringify(path)}, newToken: () => 'child-' + process.pid + '-' + process.hrtime.bigint() });
      ${body}
    } catch (error) {
      say({ failed: error.code ?? error.message });
    }`;
  const process_ = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  onTestFinished(() => void process_.kill('SIGKILL'));
  return { process: process_, said: async () => ((await once(process_, 'message')) as unknown[])[0] };
}
