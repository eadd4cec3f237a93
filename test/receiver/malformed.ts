/** Malformed webhook requests: fuzzed headers, bodies, encodings and sizes, the same for the same seed. None of them may be accepted. */
import { gzipSync } from 'node:zlib';
import { createRandom, type Random } from '../../src/sandbox/random.ts';
import { sendRaw } from './raw.ts';

/** Headers of a webhook that would be accepted with this body. */
export type HeadersFor = (body: string | Buffer) => Record<string, string>;

const BODY = '{"id":1,"created_at":"2026-11-20T11:58:00Z"}';

export function head(lines: Record<string, string>): string {
  return `POST /webhooks/shopify HTTP/1.1\r\nHost: x\r\n${Object.entries(lines)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
}

/** A request as bytes; the client then ends its side. */
function malformed(random: Random, headersFor: HeadersFor): Buffer {
  const below = (limit: number) => random.between(0, limit - 1);
  const junk = Buffer.from(Array.from({ length: 1 + below(300) }, () => below(256)));
  const good = headersFor(BODY);
  const length = { 'content-length': String(BODY.length) };
  /** Signed well, and of no use: `body` as it is, with its length. */
  const signed = (body: string | Buffer, more: Record<string, string> = {}) => {
    const bytes = Buffer.from(body);
    return Buffer.concat([Buffer.from(head({ ...headersFor(bytes), 'content-length': String(bytes.length), ...more })), bytes]);
  };
  const without = (name: string) =>
    Buffer.from(head({ ...Object.fromEntries(Object.entries(good).filter(([key]) => key !== name)), ...length }) + BODY);
  switch (below(20)) {
    case 0:
      return junk;
    case 1:
      return Buffer.concat([Buffer.from(head({ ...good, 'content-length': String(junk.length) })), junk]);
    case 2: // truncated body
      return Buffer.from(head({ ...good, ...length }) + BODY.slice(0, below(BODY.length)));
    case 3:
      return Buffer.from(head({ ...good, 'content-length': '-1' }) + BODY);
    case 4:
      return Buffer.from(head({ ...good, ...length, 'transfer-encoding': 'chunked' }) + `ffffffffff\r\n${BODY}`);
    case 5:
      return Buffer.from(head({ ...good, 'transfer-encoding': 'chunked' }) + `${below(99).toString(16)}zz\r\n${BODY}\r\n0\r\n\r\n`);
    case 6:
      return Buffer.from(head({ ...good, ...length, 'x-shopify-hmac-sha256': junk.toString('base64').slice(0, 44) }) + BODY);
    case 7:
      return Buffer.from(
        head({ ...good, ...length, 'x-shopify-hmac-sha256': junk.toString('latin1').replace(/[\r\n]/g, '') }) + BODY,
        'latin1',
      );
    case 8:
      return Buffer.from(head({ ...good, ...length, [`x-${'y'.repeat(16_384 + below(9_000))}`]: 'z' }) + BODY);
    case 9:
      return signed(Buffer.from(BODY, 'utf16le'));
    case 10:
      return signed('['.repeat(1 + below(5_000)));
    case 11:
      return signed(`{"a":`.repeat(1 + below(2_000)));
    case 12:
      return signed(junk);
    case 13: // compressed: the signature is right, the body is no JSON
      return signed(gzipSync(BODY), { 'content-encoding': 'gzip' });
    case 14:
      return signed(
        random.pick(['', '[]', 'null', '"1"', '{"id":null}', '{"id":{"$gt":0}}', '{"__proto__":{"id":1}}', '{"id":1e999}', '{"id":-1}']),
      );
    case 15:
      return without(random.pick(['x-shopify-webhook-id', 'x-shopify-topic', 'x-shopify-shop-domain', 'x-shopify-hmac-sha256']));
    case 16:
      return Buffer.from(head({ ...good, ...length, 'x-shopify-shop-domain': `${junk.toString('hex')}.myshopify.com` }) + BODY);
    case 17:
      return Buffer.from(head({ ...good, ...length, 'x-shopify-webhook-id': 'w'.repeat(201 + below(2_000)) }) + BODY);
    case 18: // a body longer than 2 MiB, by its word
      return Buffer.from(head({ ...good, 'content-length': String(2 ** 21 + 1 + below(2 ** 40)) }) + BODY);
    default: {
      const { 'x-shopify-webhook-id': _id, ...rest } = good;
      return Buffer.from(head({ ...rest, ...length, 'content-encoding': 'gzip' }) + BODY);
    }
  }
}

const CONNECTIONS = 50;

/** Sends so many of them over connections of their own, 50 at a time. `answered`: the status of each, or null where the connection was cut without a word. */
export async function attack(
  port: number,
  count: number,
  { seed, headersFor, answered }: { seed: number; headersFor: HeadersFor; answered?: (status: number | null) => void },
): Promise<void> {
  const random = createRandom(seed);
  let left = count;
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const answer = await sendRaw(port, malformed(random, headersFor), (socket) => socket.end());
      answered?.(Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? NaN) || null);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
}
