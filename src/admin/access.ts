/** Who may look, and who may hand in events: the name the request was sent to, the password, the token. */
import { createHash, timingSafeEqual } from 'node:crypto';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/**
 * Whether a request sent to the name in `header` is for us: loopback names and `host`, with any port. A request without the header comes from
 * no browser and is let through.
 */
export function isHostAllowed(header: string | undefined, host: string): boolean {
  if (header === undefined) return true;
  const asked = header
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');
  return LOOPBACK.test(asked) || asked === host.toLowerCase();
}

/** Of HTTP Basic, with any user name; null: the header gives none. Never throws. */
export function passwordOf(authorization: string | undefined): string | null {
  if (authorization === undefined) return null;
  const [, encoded = ''] = /^Basic +([a-z0-9+/=_-]+)$/i.exec(authorization) ?? [];
  const credentials = Buffer.from(encoded, 'base64').toString('utf8');
  return credentials.includes(':') ? credentials.slice(credentials.indexOf(':') + 1) : '';
}

/** Bearer. Takes equally long for every wrong token; never throws. */
export function isTokenRight(authorization: string | undefined, token: string): boolean {
  const [, given = ''] = /^Bearer +(\S.*)$/i.exec(authorization ?? '') ?? [];
  return isSame(given, token);
}

/** Takes equally long for all that differ; never throws. */
export function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
