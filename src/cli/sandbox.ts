/** `sandbox`: a Shopify store and a Converge endpoint on this machine, and what to write to connect to them. */
import { startSandbox, type Sandbox } from '../sandbox/index.ts';
import { OK } from './exit-codes.ts';
import { printJson, type Screen } from './screen.ts';
import type { StopSignal } from './signals.ts';
import { countOf } from './words.ts';

export interface SandboxCommandOptions {
  port: number;
  orders: number;
  /** Orders of the two years before those. */
  history: number;
  seed: number;
}

const DAY_MS = 86_400_000;
/** The `orders` are of the last 90 days. */
const HISTORY = { fromDays: 820, toDays: 90 };

/** Requests and deliveries it remembers; it may run for days. */
const KEEP = 1_000;

/** Runs until the signal. Throws SANDBOX_PORT when its port cannot be had. */
export async function runSandbox(options: SandboxCommandOptions, stop: StopSignal, screen: Screen): Promise<number> {
  const { history: count, ...rest } = options;
  const now = Date.now();
  const history = { orders: count, from: now - HISTORY.fromDays * DAY_MS, to: now - HISTORY.toDays * DAY_MS, seed: options.seed };
  const sandbox = await startSandbox({ ...rest, ...(count > 0 && { history }), keep: KEEP });
  try {
    const files = { 'connector.yaml': sandboxConfig(sandbox), '.env': sandboxEnv(sandbox) };
    if (screen.json) {
      const { origin, shopDomain, convergeUrl, clientId, clientSecret } = sandbox;
      printJson(screen, { origin, shopDomain, convergeUrl, clientId, clientSecret, files });
    } else {
      screen.print(introduction(sandbox, options, files, screen));
    }
    await stop.received;
    return OK;
  } finally {
    await sandbox.close();
  }
}

/** A config that connects to it. Its database is one of its own, so that the sandbox's orders do not end up beside real ones. */
function sandboxConfig(sandbox: Pick<Sandbox, 'origin' | 'shopDomain'>): string {
  return `server:
  host: 127.0.0.1
  port: 3000
  publicUrl: http://127.0.0.1:3000
storage:
  path: ./data/sandbox.sqlite
stores:
  - name: sandbox
    shop: ${sandbox.shopDomain}
    shopifyOrigin: ${sandbox.origin}
    clientId: \${SHOPIFY_CLIENT_ID}
    clientSecret: \${SHOPIFY_CLIENT_SECRET}
    converge:
      endpoint: \${CONVERGE_ENDPOINT}
    exclude:
      channels: [pos]
    upsellDelay:
      enabled: true
      minutes: 0.5
`;
}

function sandboxEnv({ clientId, clientSecret, convergeUrl }: Pick<Sandbox, 'clientId' | 'clientSecret' | 'convergeUrl'>): string {
  return `SHOPIFY_CLIENT_ID=${clientId}\nSHOPIFY_CLIENT_SECRET=${clientSecret}\nCONVERGE_ENDPOINT=${convergeUrl}\n`;
}

/** Shell commands that write the files, for this user alone. The quoted END keeps the shell from replacing `${…}`. */
function pasted(files: Record<string, string>): string {
  const writing = Object.entries(files).map(([name, text]) => `cat > sandbox/${name} <<'END'\n${text}END`);
  return ['mkdir -p sandbox', ...writing, 'chmod 600 sandbox/.env', ''].join('\n');
}

function introduction(
  { origin, shopDomain }: Sandbox,
  { orders, history, seed }: SandboxCommandOptions,
  files: Record<string, string>,
  { colours }: Screen,
): string {
  const { bold, dim } = colours;
  return [
    `${bold(shopDomain)} is open at ${origin}, with ${countOf(orders + history, 'order')} (seed ${seed}). Ctrl-C closes it; nothing is kept.\n`,
    `${bold('To connect to it,')} paste this into another terminal. It writes a config into the folder sandbox:\n`,
    pasted(files),
    `${bold('Then')} run these, each with ${bold('--config sandbox/connector.yaml')}: connect, start and, beside it, status, events list, preview '#1001'.\n`,
    `${bold(origin)}  orders and what Converge received`,
    `${bold(`curl -d '{"count": 1}' -H 'content-type: application/json' ${origin}/_sandbox/orders/random`)}  ${dim('places an order')}`,
  ].join('\n');
}
