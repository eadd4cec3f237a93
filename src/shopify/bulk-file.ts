/** The file of a bulk operation, fetched whole: only from where Shopify keeps it, gone on with where it broke off. */
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { request, type Dispatcher } from 'undici';
import { ConnectorError } from '../core/errors.ts';
import { backoffMs } from '../core/retry.ts';
import type { Clock } from '../platform/clock.ts';
import { networkFailure } from '../platform/network-failure.ts';

export interface BulkFileOptions {
  /** Sandbox and tests: where this shop's requests go; files may come from there too. */
  origin: string | null;
  dispatcher: Dispatcher;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
}

/** Downloads that bring nothing more, one after the other, until it is given up. */
const TRIES = 5;
const RETRY = { baseMs: 1_000, maxMs: 30_000 };
const HEADERS_MS = 30_000;
const IDLE_MS = 60_000;
/** Shopify's own hosts, and Google's storage, where results are kept (documented examples). */
const HOSTS = /(?:^|\.)(?:storage\.googleapis\.com|shopify\.com|myshopify\.com|shopifycloud\.com)$/;

interface Received {
  file: Buffer;
  size: number;
  etag: string | null;
}

/**
 * The file's bytes, `bytes` of them as Shopify says. Asked for zipped; what breaks off is gone on with by range, from the byte that was reached.
 * Throws SHOPIFY_BULK_HOST (an address elsewhere), SHOPIFY_BULK_EXPIRED (the result is gone), retryable SHOPIFY_BULK_DOWNLOAD (it does not come through)
 * and SHOPIFY_BULK_DAMAGED (another size than announced).
 */
export async function downloadBulk(options: BulkFileOptions, address: string, bytes: number, signal: AbortSignal): Promise<Buffer> {
  const url = allowed(address, options.origin);
  const got: Received = { file: Buffer.allocUnsafe(bytes), size: 0, etag: null };
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    const before = got.size;
    const failure = await receive(options.dispatcher, url, got, signal);
    if (failure === null) break;
    if (got.size > before) tries = 1;
    else if (tries >= TRIES) throw failure;
    await options.clock.sleep(backoffMs(RETRY, tries, options.random()), signal);
  }
  if (got.size === bytes) return got.file;
  throw damaged(`it has ${got.size} bytes instead of ${bytes}`);
}

function allowed(address: string, origin: string | null): URL {
  const url = URL.parse(address);
  if (url && origin !== null && url.origin === new URL(origin).origin) return url;
  if (url?.protocol === 'https:' && url.port === '' && HOSTS.test(url.hostname)) return url;
  throw new ConnectorError('SHOPIFY_BULK_HOST', 'Shopify names an address for a bulk result that is not its own; please report this.');
}

/** One request. Null: the file came to its end; else why not, what came is kept. */
async function receive(dispatcher: Dispatcher, url: URL, got: Received, signal: AbortSignal): Promise<ConnectorError | null> {
  const resumed = got.size > 0;
  const headers: Record<string, string> = resumed
    ? { 'accept-encoding': 'identity', range: `bytes=${got.size}-`, ...(got.etag !== null && { 'if-range': got.etag }) }
    : { 'accept-encoding': 'gzip' };
  try {
    const answer = await request(url, { dispatcher, headers, signal, headersTimeout: HEADERS_MS, bodyTimeout: IDLE_MS });
    const { statusCode } = answer;
    if (statusCode !== 200 && statusCode !== 206) {
      await answer.body.dump({ limit: 65_536 });
      // Asked for what is behind the last byte: everything came, and the connection broke before that was told.
      if (statusCode === 416 && resumed) return got.size === got.file.length ? null : restart(got);
      if (statusCode >= 500 || statusCode === 429 || statusCode === 408) return broken(`HTTP ${statusCode}`);
      throw new ConnectorError('SHOPIFY_BULK_EXPIRED', `A bulk result is not to be had any more (HTTP ${statusCode}); it is made again.`, {
        retryable: true,
      });
    }
    // The range was not heeded, or the file is another one: from the start.
    if (statusCode === 200 || !startsAt(answer.headers['content-range'], got.size)) got.size = 0;
    const { etag } = answer.headers;
    got.etag = typeof etag === 'string' && !etag.startsWith('W/') ? etag : null;
    const zipped = answer.headers['content-encoding'] === 'gzip';
    const sink = collector(got);
    await (zipped ? pipeline(answer.body, createGunzip(), sink, { signal }) : pipeline(answer.body, sink, { signal }));
    return got.size < got.file.length ? broken('it ended early') : null;
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    signal.throwIfAborted();
    return broken(networkFailure(error).message);
  }
}

function restart(got: Received): ConnectorError {
  got.size = 0;
  return broken('its end cannot be reached');
}

function startsAt(contentRange: string | string[] | undefined, at: number): boolean {
  return typeof contentRange === 'string' && contentRange.startsWith(`bytes ${at}-`);
}

/** Puts what comes where it belongs; more than was announced is refused, so that no answer fills the memory. */
function collector(got: Received): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (got.size + chunk.length > got.file.length) return done(damaged('it is larger than announced'));
      chunk.copy(got.file, got.size);
      got.size += chunk.length;
      done();
    },
  });
}

function broken(reason: string): ConnectorError {
  return new ConnectorError('SHOPIFY_BULK_DOWNLOAD', `The file of a bulk operation does not come through (${reason}); it is tried again.`, {
    retryable: true,
  });
}

function damaged(what: string): ConnectorError {
  return new ConnectorError('SHOPIFY_BULK_DAMAGED', `The file of a bulk operation is damaged: ${what}; it is read again by itself.`, {
    retryable: true,
  });
}
