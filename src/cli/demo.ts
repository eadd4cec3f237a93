/** `demo`: a sandbox and the daemon side by side, with a story that shows what the worker does. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApp } from '../app.ts';
import { loadConfig, type Config } from '../config/index.ts';
import { createLogger } from '../platform/logger.ts';
import { startSandbox, type Sandbox } from '../sandbox/index.ts';
import { DEMO_DELAY_SECONDS, type Stage } from './demo-stage.ts';
import { goOn, tellStory } from './demo-story.ts';
import { summary, summaryText } from './demo-summary.ts';
import { FAILED, OK } from './exit-codes.ts';
import { createColours, printJson } from './screen.ts';
import { awaitStop } from './signals.ts';

export interface DemoOptions {
  /** End with a summary instead of going on until Ctrl-C. */
  once: boolean;
  json: boolean;
  colour: boolean;
  /** The daemon's log to stderr. */
  verbose: boolean;
}

const HISTORY_ORDERS = 12;
const SEED = 7;

/** Resolves to the exit code: 1 when an order is not accounted for. Leaves nothing behind: the database is in a folder of its own that goes with it. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const began = performance.now();
  const stop = awaitStop();
  const folder = mkdtempSync(join(tmpdir(), 'shopify-converge-demo-'));
  const print = (text: string) => void process.stdout.write(`${text}\n`);
  const logger = createLogger({ level: options.verbose ? 'debug' : 'silent', fd: 2, pretty: true, colour: options.colour });
  const sandbox = await startSandbox({ orders: HISTORY_ORDERS, seed: SEED });
  try {
    const config = await writeConfig(folder, sandbox);
    const app = await openApp(config, { logger });
    try {
      const daemon = await app.start();
      const stage: Stage = {
        sandbox,
        app,
        daemon,
        colours: createColours(options.colour),
        say: (text = '') => {
          if (!options.json) print(text);
        },
        elapsed: () => performance.now() - began,
      };
      await Promise.race([tellStory(stage), stop.received]);
      if (!options.once) await goOn(stage, stop.received);
      await daemon.stop();
      const told = await summary(stage);
      if (options.json) printJson({ print }, told);
      else print(summaryText(told, stage.colours));
      return told.accountedFor ? OK : FAILED;
    } finally {
      await app.close();
    }
  } finally {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The config a user would write, read the way a user's is. */
async function writeConfig(folder: string, sandbox: Sandbox): Promise<Config> {
  const port = await freePort();
  const path = join(folder, 'connector.yaml');
  writeFileSync(
    path,
    `server:
  host: 127.0.0.1
  port: ${port}
  publicUrl: http://127.0.0.1:${port}
admin:
  port: 0
storage:
  path: ./connector.sqlite
stores:
  - name: demo
    shop: ${sandbox.shopDomain}
    clientId: ${sandbox.clientId}
    clientSecret: \${SANDBOX_CLIENT_SECRET}
    shopifyOrigin: ${sandbox.origin}
    converge:
      endpoint: ${sandbox.convergeUrl}
    exclude:
      channels: [pos]
    upsellDelay:
      enabled: true
      minutes: ${DEMO_DELAY_SECONDS / 60}
`,
  );
  return loadConfig({ path, env: { SANDBOX_CLIENT_SECRET: sandbox.clientSecret } });
}

/** The subscriptions carry the receiver's address, so its port has to be known before it is opened. */
async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
