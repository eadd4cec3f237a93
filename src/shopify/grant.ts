/** The client-credentials grant, through Shopify's own library with its fetch replaced. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ApiVersion, LogSeverity, shopifyApi } from '@shopify/shopify-api';
import { setAbstractFetchFunc, setAbstractRuntimeString } from '@shopify/shopify-api/runtime';
import { z } from 'zod';
import { ConnectorError } from '../core/errors.ts';
import { grantRefusal, tokenUnavailable } from './refusals.ts';
import type { Transport } from './transport.ts';

export interface ClientCredentials {
  clientId: string;
  clientSecret: string;
}

export interface Grant {
  token: string;
  /** Null: Shopify named no end. */
  expiresInMs: number | null;
}

const grantBody = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().nullish() });

type Fetch = typeof globalThis.fetch;

/** The library keeps one fetch for the whole process; each grant finds its own shop's in its async context. */
const fetchOfGrant = new AsyncLocalStorage<Fetch>();
const routedFetch: Fetch = (input, init) => (fetchOfGrant.getStore() ?? globalThis.fetch)(input, init);

/**
 * One token request. Throws a ConnectorError of refusals.ts.
 * The library parses JSON before it looks at the status, so an error page would become a SyntaxError: the fetch given to it throws the reason instead.
 */
export async function grantToken(domain: string, credentials: ClientCredentials, transport: Transport): Promise<Grant> {
  let expiresInMs: number | null = null;
  const fetchGrant: Fetch = async (input, init) => {
    const request = new Request(input, init);
    const { url, method, headers } = request;
    const answer = await transport(url, { method, headers, body: await request.text() }).catch((error: unknown) => {
      if (!(error instanceof ConnectorError && error.retryable)) throw error;
      throw new ConnectorError('TOKEN_UNAVAILABLE', error.message, { retryable: true, cause: error });
    });
    if (answer.status < 200 || answer.status > 299) throw grantRefusal(domain, answer);
    const body = grantBody.safeParse(parseJson(answer.text));
    if (!body.success) throw tokenUnavailable(domain, 'the answer holds no token');
    expiresInMs = body.data.expires_in == null ? null : body.data.expires_in * 1000;
    return new Response(answer.text, { status: answer.status, headers: { 'content-type': 'application/json' } });
  };

  setAbstractFetchFunc(routedFetch);
  setAbstractRuntimeString(() => 'Node');
  try {
    const { session } = await fetchOfGrant.run(fetchGrant, () => library(credentials).auth.clientCredentials({ shop: domain }));
    if (session.accessToken) return { token: session.accessToken, expiresInMs };
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    throw new ConnectorError('TOKEN_REFUSED', `No token could be asked for ${domain}; check shop, clientId and clientSecret.`, {
      cause: error,
    });
  }
  throw tokenUnavailable(domain, 'the answer holds no token');
}

function library({ clientId, clientSecret }: ClientCredentials): ReturnType<typeof shopifyApi> {
  return shopifyApi({
    apiKey: clientId,
    apiSecretKey: clientSecret,
    apiVersion: ApiVersion.October26,
    // Asked for by the library, used for nothing here.
    hostName: 'localhost',
    isEmbeddedApp: false,
    logger: { level: LogSeverity.Error, log: () => {} },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
