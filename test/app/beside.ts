/** The program in this process beside a sandbox: its config in a folder, and both gone with the test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadConfig, type Config } from '../../src/config/index.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';

export interface Beside {
  sandbox: Sandbox;
  /** Holds `connector.yaml` and `.env`. */
  folder: string;
  config(env?: Record<string, string>): Config;
}

/** `settings`: YAML of everything but the stores. */
export async function besideSandbox(settings: string, options: SandboxOptions = {}): Promise<Beside> {
  const sandbox = await startSandbox({ seed: 3, ...options });
  const folder = mkdtempSync(join(tmpdir(), 'beside-'));
  onTestFinished(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const path = join(folder, 'connector.yaml');
  writeFileSync(
    path,
    `${settings}
stores:
  - name: main
    shop: ${sandbox.shopDomain}
    clientId: ${sandbox.clientId}
    clientSecret: \${SECRET}
    shopifyOrigin: ${sandbox.origin}
    converge: { endpoint: "${sandbox.convergeUrl}" }
`,
  );
  writeFileSync(join(folder, '.env'), `SECRET=${sandbox.clientSecret}\n`, { mode: 0o600 });
  return { sandbox, folder, config: (env = {}) => loadConfig({ path, env }) };
}
