/** The daemon tells of a trouble and of its end, each once, over a restart in between: real ports, a hand-moved clock. */
import { expect, onTestFinished, test } from 'vitest';
import { receiver } from '../alerts/running.ts';
import { handClock } from '../clock.ts';
import { openApp } from '../../src/app.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { besideSandbox } from './beside.ts';

test('a token that Shopify refuses, and that it is mended after the restart', async () => {
  const clock = handClock();
  const to = await receiver();
  const settings = `server: { host: 127.0.0.1, port: 0, graceSeconds: 2 }
admin: { port: 0 }
alerts: { url: "\${ALERT_URL}" }`;
  const { sandbox, config } = await besideSandbox(settings, { clock });
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', fd: 1, pretty: false, colour: false }, { write: (line: string) => void lines.push(line) });
  const start = async () => {
    const app = await openApp(config({ ALERT_URL: to.url }), { logger, clock, random: () => 0.5 });
    const daemon = await app.start();
    return { app, stop: () => daemon.stop().then(() => app.close()) };
  };
  let running = await start();
  onTestFinished(() => running.stop());
  /** Time goes by while the machine does what it does. */
  const pass = async (done: () => Promise<boolean> | boolean) => {
    while (!(await done())) {
      await clock.advance(5_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const store = async () => (await running.app.status()).stores[0];
  await pass(async () => (await store())?.row?.reconciledAt != null);
  expect((await store())?.alerts).toEqual([]);

  sandbox.shop.uninstall();
  await pass(() => to.messages.length === 1);
  expect(to.messages[0]?.alert).toMatchObject({ kind: 'disconnected', state: 'open', store: 'main' });
  expect((await store())?.alerts).toEqual([expect.objectContaining({ kind: 'disconnected', toldAt: expect.any(Number) })]);
  await running.stop();

  running = await start();
  const restartedAt = clock.now();
  await pass(() => clock.now() > restartedAt + 600_000);
  expect(to.messages).toHaveLength(1);
  sandbox.shop.install();
  await pass(() => to.messages.length === 2);
  expect(to.messages[1]?.alert).toMatchObject({ id: to.messages[0]?.alert.id, state: 'over' });
  expect((await store())?.alerts).toEqual([]);
  const said = lines.join('') + JSON.stringify(to.messages);
  for (const secret of ['canary-path', sandbox.clientSecret]) expect(said).not.toContain(secret);
}, 60_000);
