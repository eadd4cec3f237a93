/** A daemon that is told to read its config again, as its users do it: kill -HUP, under load. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.ts';
import { place, until, type Daemon, type Place } from './running.ts';

interface Line {
  msg: string;
  settings?: string[];
  added?: string[];
  removed?: string[];
  changed?: string[];
  reasons?: string[];
}

const WORDS = ['config reloaded', 'config reload refused, the running config goes on'];

function verdicts(daemon: Daemon): Line[] {
  const lines = daemon.output().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Line).filter(({ msg }) => WORDS.includes(msg));
}

/** Changes the config, sends SIGHUP and resolves to what the daemon says of it. */
async function reload(at: Place, daemon: Daemon, change: (yaml: string) => string): Promise<Line | undefined> {
  const path = join(at.folder, 'connector.yaml');
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  const before = verdicts(daemon).length;
  daemon.process.kill('SIGHUP');
  await until(() => verdicts(daemon).length > before);
  return verdicts(daemon).at(-1);
}

it('takes over new rules and a new store under load: no webhook is refused, no order lost or doubled', async () => {
  const at = await place({ store: '    delivery: { perSecond: 20 }\n' });
  const { shop, converge, webhooks } = at.sandbox;
  converge.setFaults({ error500: 0.1 });
  const daemon = await at.start();
  const ids: string[] = [];
  let pouring = true;
  const load = (async () => {
    while (pouring) {
      ids.push(shop.createOrder({ lines: [{ variant: 'WR-42-GR' }] }).id);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  await until(() => converge.counts().events > 0);

  expect(await reload(at, daemon, (yaml) => `${yaml}    exclude: { channels: [pos] }\n`)).toMatchObject({
    settings: ['stores.main.exclude.channels'],
    changed: ['main'],
    added: [],
  });
  shop.createOrder({ lines: [{ variant: 'TM-1' }], sourceName: 'pos' });

  const eu = await startSandbox({ seed: 9, shopDomain: 'eu.myshopify.com' });
  onTestFinished(() => eu.close());
  const second = `  - { name: eu, shop: eu, clientId: ${eu.clientId}, clientSecret: "\${EU_SECRET}", shopifyOrigin: "${eu.origin}", converge: { endpoint: "${eu.convergeUrl}" } }\n`;
  writeFileSync(join(at.folder, '.env'), `SECRET=${at.sandbox.clientSecret}\nEU_SECRET=${eu.clientSecret}\n`);
  expect(await reload(at, daemon, (yaml) => `${yaml}${second}`)).toMatchObject({ added: ['eu'], changed: [] });
  await until(() => (eu.state() as { subscriptions: unknown[] }).subscriptions.length > 0);
  const other = eu.shop.createOrder({ lines: [{ variant: 'TM-1' }] });
  await until(() => eu.converge.events().some(({ event_id }) => event_id === other.id));

  expect(await reload(at, daemon, (yaml) => yaml.replace('perSecond: 20', 'perSecond: 500'))).toMatchObject({ changed: ['main'] });
  pouring = false;
  await load;
  converge.setFaults(null);
  await until(() => new Set(converge.events().map(({ event_id }) => event_id)).size >= ids.length);
  await webhooks.idle();
  expect(new Set(converge.events().map(({ event_id }) => event_id))).toEqual(new Set(ids));
  expect(converge.counts()).toMatchObject({ repeats: 0, outOfOrder: 0, refused: 0 });
  expect(
    webhooks
      .list()
      .flatMap(({ attempts }) => attempts)
      .filter(({ status }) => status !== 200),
  ).toEqual([]);
  await until(async () => (await at.status()).stores[0]?.counts.orders.excluded === 1);

  expect(await reload(at, daemon, (yaml) => yaml.replace(second, ''))).toMatchObject({ removed: ['eu'] });
  daemon.process.kill('SIGTERM');
  expect((await daemon.ended).code).toBe(0);
}, 90_000);

it('refuses a config that is wrong or needs a restart, says why, and goes on with the old one', async () => {
  const at = await place();
  const daemon = await at.start();
  const refused = (reason: RegExp) => ({ msg: WORDS[1], reasons: [expect.stringMatching(reason)] });
  const good = readFileSync(join(at.folder, 'connector.yaml'), 'utf8');
  expect(await reload(at, daemon, () => good.replace('upsellDelay', 'upselDelay'))).toMatchObject(
    refused(/upselDelay \(line \d+\) is an unknown setting\. Did you mean stores\[0\]\.upsellDelay\?/),
  );
  expect(await reload(at, daemon, () => good.replace('${SECRET}', '${OTHER}'))).toMatchObject(refused(/OTHER is not set/));
  expect(await reload(at, daemon, () => good.replace('./data/', './other/'))).toMatchObject(
    refused(/^storage\.path: this changes with a restart only/),
  );
  expect(await reload(at, daemon, () => good.replace(at.sandbox.shopDomain, 'another'))).toMatchObject(refused(/store name of its own/));
  expect(await reload(at, daemon, () => good)).toMatchObject({ msg: WORDS[0], settings: [] });
  const order = at.sandbox.shop.createOrder();
  await until(() => at.sandbox.converge.events().some(({ event_id }) => event_id === order.id));
  expect(daemon.output()).not.toContain(at.sandbox.clientSecret);
});
