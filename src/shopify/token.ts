/** The access token of one shop: in memory only, renewed before it ends, asked for once however many need it. */
import { ConnectorError, errorCode } from '../core/errors.ts';
import { backoffMs } from '../core/retry.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { grantToken, type ClientCredentials } from './grant.ts';
import { accessTokenRefused } from './refusals.ts';
import type { Transport } from './transport.ts';

/** Either a permanent token, or what asks for one that lives a day. */
export type Credentials = ClientCredentials | { accessToken: string };

export interface Tokens {
  /** A token to use now. Throws a `TOKEN_…` error when there is none to be had. */
  get(): Promise<string>;
  /** Shopify answered 401 to this one: it is dropped, so that the next `get` asks for a new one. Throws when there is no other. */
  refused(token: string): void;
  forget(): void;
}

export interface TokenOptions {
  domain: string;
  credentials: Credentials;
  transport: Transport;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  logger: Logger;
  /** Called with the time of every new token. */
  onToken?: ((at: number) => void) | undefined;
}

/** How long before its end a token is renewed, unless it lives shorter than twice that. */
const RENEW_BEFORE_MS = 300_000;
/** After a failed renewal the old token is used for so long before the next attempt. */
const RENEW_AGAIN_MS = 30_000;
const ATTEMPTS = 3;
const RETRY = { baseMs: 1_000, maxMs: 10_000 };

export function createTokens(options: TokenOptions): Tokens {
  const { credentials, domain } = options;
  if (!('accessToken' in credentials)) return createGrantedTokens(options, credentials);
  return {
    get: async () => credentials.accessToken,
    refused: () => {
      throw accessTokenRefused(domain);
    },
    forget: () => {},
  };
}

function createGrantedTokens(options: TokenOptions, credentials: ClientCredentials): Tokens {
  const { domain, transport, clock, random, logger } = options;
  let held: { token: string; renewAt: number; endsAt: number } | null = null;
  let minting: Promise<string> | null = null;
  /** Grows with `forget`: a token asked for before is not kept. */
  let era = 0;

  async function grant(attempts: number): Promise<string> {
    const begunIn = era;
    for (let failures = 0; ;) {
      // From before the request: the token's life begins at Shopify, not at the answer.
      const askedAt = clock.now();
      try {
        const { token, expiresInMs } = await grantToken(domain, credentials, transport);
        const life = expiresInMs ?? Infinity;
        if (begunIn === era) held = { token, endsAt: askedAt + life, renewAt: askedAt + life - Math.min(RENEW_BEFORE_MS, life / 2) };
        logger.debug({ shop: domain }, 'token received');
        options.onToken?.(clock.now());
        return token;
      } catch (error) {
        failures += 1;
        if (!(error instanceof ConnectorError && error.retryable) || failures >= attempts) throw error;
        await clock.sleep(backoffMs(RETRY, failures, random()));
      }
    }
  }

  function mint(attempts: number): Promise<string> {
    minting ??= grant(attempts).finally(() => {
      minting = null;
    });
    return minting;
  }

  async function renew(old: { token: string; endsAt: number }): Promise<string> {
    try {
      return await mint(1);
    } catch (error) {
      if (held?.token !== old.token || clock.now() >= old.endsAt) throw error;
      held.renewAt = Math.min(clock.now() + RENEW_AGAIN_MS, held.endsAt);
      logger.warn(
        { shop: domain, code: errorCode(error), endsAt: new Date(old.endsAt).toISOString() },
        'token could not be renewed, the old one is used',
      );
      return old.token;
    }
  }

  return {
    get: async () => {
      const now = clock.now();
      if (held === null || now >= held.endsAt) return await mint(ATTEMPTS);
      return now < held.renewAt ? held.token : await renew(held);
    },
    refused: (token) => {
      if (held?.token === token) held = null;
    },
    forget: () => {
      era += 1;
      held = null;
    },
  };
}
