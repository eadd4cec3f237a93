/** A webhook server in a process of its own: `ours`, or one of the two it is measured against. Sends its port to its parent. */
import '@shopify/shopify-api/adapters/node';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiVersion, DeliveryMethod, shopifyApi } from '@shopify/shopify-api';
import { systemClock } from '../../src/platform/clock.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { createHttpServer } from '../../src/platform/server.ts';
import { createReceiver } from '../../src/receiver/receiver.ts';
import { openStore } from '../../src/store/index.ts';
import { PATH, SECRET, SHOP } from './webhooks.ts';

/** The receiver as the daemon runs it: real limits, real log, real database. */
async function ours(folder: string): Promise<number> {
  const clock = systemClock;
  const logger = createLogger({ level: 'info', fd: 1, pretty: false, colour: false });
  let tokens = 0;
  const store = openStore({ path: `${folder}/connector.sqlite`, newToken: () => String((tokens += 1)) });
  const respond = createReceiver({
    stores: [{ name: 'main', domains: [SHOP], secrets: [SECRET], upsellDelayMs: 600_000 }],
    store,
    publicUrl: null,
    clock,
    logger,
    metrics: createMetrics(),
  });
  const { port } = await createHttpServer({ name: 'server', host: '127.0.0.1', port: 0, respond, clock, logger }).listen();
  return port;
}

/** The floor: `node:http`, the signature checked, nothing stored. */
const bare: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const expected = createHmac('sha256', SECRET).update(Buffer.concat(chunks)).digest();
    const given = Buffer.from(String(request.headers['x-shopify-hmac-sha256']), 'base64');
    const ok = given.length === expected.length && timingSafeEqual(given, expected);
    response.writeHead(ok ? 200 : 401, { 'content-length': 0 }).end();
  });
};

/** What Shopify's own library does with a webhook whose work is nothing. */
function library(): RequestListener {
  const shopify = shopifyApi({
    apiKey: 'key',
    apiSecretKey: SECRET,
    apiVersion: ApiVersion.July26,
    hostName: 'localhost',
    isEmbeddedApp: false,
  });
  shopify.webhooks.addHandlers({
    ORDERS_CREATE: { deliveryMethod: DeliveryMethod.Http, callbackUrl: PATH, callback: async () => {} },
  });
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const rawBody = Buffer.concat(chunks).toString('utf8');
      void shopify.webhooks.process({ rawBody, rawRequest: request, rawResponse: response });
    });
  };
}

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const [kind, folder = ''] = process.argv.slice(2);
const port = kind === 'ours' ? await ours(folder) : await serve(kind === 'bare' ? bare : library());
process.send?.({ port });
// Asked before and after a round: how much processor time it took.
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuSeconds: (user + system) / 1_000_000 });
});
process.on('disconnect', () => process.exit());
