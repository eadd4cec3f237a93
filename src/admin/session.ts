/** Sessions of the pages: a signed cookie, and the CSRF token every form of theirs carries. Nothing is kept, so nobody can fill it; a restart ends them all. */
import { createHmac } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import { isSame } from './access.ts';

export interface Session {
  /** For the hidden field `csrf` of a form. Of this session and of no other. */
  csrfToken: string;
}

export interface Sessions {
  /** A new one, and the value of the `Set-Cookie` header that hands it out. */
  begin(secure: boolean): { session: Session; cookie: string };
  /** The one that the `Cookie` header of a request names; null: none, over, or not made here. Never throws. */
  find(cookies: string | undefined): Session | null;
}

const NAME = 'shopify_converge_session';
const LASTS_MS = 12 * 3_600_000;
const ID_BYTES = 16;

/** The value of `Set-Cookie` that ends a session. */
export const ENDED_COOKIE = `${NAME}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict`;

/** Host-wide and out of reach of scripts and of other sites; the browser forgets it when it is closed, and it is over after 12 hours. */
export function createSessions(clock: Clock, randomBytes: (size: number) => Buffer): Sessions {
  const key = randomBytes(32);
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  const sessionOf = (id: string): Session => ({ csrfToken: sign(`csrf ${id}`) });

  return {
    begin: (secure) => {
      const id = `${randomBytes(ID_BYTES).toString('base64url')}.${clock.now() + LASTS_MS}`;
      const cookie = `${NAME}=${id}.${sign(id)}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
      return { session: sessionOf(id), cookie };
    },
    find: (cookies) => {
      for (const [, id = '', endsAt, signature = ''] of (cookies ?? '').matchAll(COOKIE)) {
        // Also when the clock was set back: none may last longer than it was made for.
        const left = Number(endsAt) - clock.now();
        if (left > 0 && left <= LASTS_MS && isSame(signature, sign(id))) return sessionOf(id);
      }
      return null;
    },
  };
}

const COOKIE = new RegExp(`(?<=^|;\\s*)${NAME}=([\\w-]{22}\\.(\\d{13}))\\.([\\w-]{43})(?=;|$)`, 'g');
