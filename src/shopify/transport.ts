/** HTTP to one shop: its origin, a time-out, no redirects, and a failure that says what to do. */
import { fetch, type Dispatcher } from 'undici';
import { ConnectorError } from '../core/errors.ts';
import { isLoopback } from '../core/loopback.ts';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

export interface Request {
  method?: string | undefined;
  headers?: ConstructorParameters<typeof Headers>[0];
  body?: string | undefined;
}

/** Resolves to whatever the shop answers, except a redirect. Throws SHOPIFY_TIMEOUT, SHOPIFY_UNREACHABLE (both retryable) or SHOPIFY_REDIRECTED. */
export type Transport = (url: string, request: Request) => Promise<Answer>;

export interface TransportOptions {
  /** Canonical `*.myshopify.com` domain. */
  domain: string;
  /** Where requests go instead of `https://<domain>`: https, or http on loopback. */
  origin: string | null;
  dispatcher: Dispatcher;
  /** For the whole exchange, body included. Real time: a network does not wait for a test's clock. */
  timeoutMs: number;
}

/** Throws SHOPIFY_ORIGIN_NOT_SAFE when secrets would travel unencrypted to another machine. */
export function createTransport({ domain, origin, dispatcher, timeoutMs }: TransportOptions): Transport {
  const base = new URL(origin ?? `https://${domain}`);
  if (base.protocol !== 'https:' && !(base.protocol === 'http:' && isLoopback(base.hostname))) {
    throw new ConnectorError(
      'SHOPIFY_ORIGIN_NOT_SAFE',
      `Requests for ${domain} may go to https only (http on loopback); correct shopifyOrigin.`,
    );
  }
  return async (url, request) => {
    const { pathname, search } = new URL(url);
    const target = new URL(pathname + search, base);
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(target, {
        method: request.method ?? 'GET',
        headers: Object.fromEntries(new Headers(request.headers)),
        body: request.body ?? null,
        redirect: 'manual',
        signal,
        dispatcher,
      });
      const headers = new Headers([...response.headers]);
      if (response.status >= 300 && response.status < 400) {
        await response.body?.cancel();
        throw redirected(domain, headers.get('location'));
      }
      return { status: response.status, headers, text: await response.text() };
    } catch (error) {
      if (error instanceof ConnectorError) throw error;
      if (signal.aborted) throw timedOut(domain, timeoutMs, error);
      throw unreachable(domain, error);
    }
  };
}

function timedOut(domain: string, timeoutMs: number, cause: unknown): ConnectorError {
  const message = `${domain} did not answer within ${timeoutMs / 1000} s; it is tried again by itself. If it stays so, look at https://www.shopifystatus.com and at the network.`;
  return new ConnectorError('SHOPIFY_TIMEOUT', message, { retryable: true, cause });
}

function unreachable(domain: string, error: unknown): ConnectorError {
  const message = `${domain} cannot be reached (${networkCause(error)}); check the network, the proxy and DNS of this machine.`;
  return new ConnectorError('SHOPIFY_UNREACHABLE', message, { retryable: true, cause: error });
}

/** fetch hides the reason (`ECONNREFUSED`) in the cause of a TypeError. */
function networkCause(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return error instanceof Error ? error.message : 'unknown reason';
}

function redirected(domain: string, location: string | null): ConnectorError {
  const host = location === null ? undefined : URL.parse(location)?.hostname;
  const where = host?.endsWith('.myshopify.com')
    ? `${host}: put that into \`shop\``
    : "another address: put the shop's current myshopify.com domain into `shop`";
  return new ConnectorError('SHOPIFY_REDIRECTED', `${domain} redirects to ${where}.`);
}
