/** Who may see the pages and use their forms: whoever logged in, or everybody on a port without a password. */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../platform/clock.ts';
import { isSame, passwordOf } from './access.ts';
import { plain, seeOther, type Answer } from './answer.ts';
import { readForm, type FormReading } from './form.ts';
import { loginPage } from './login-page.ts';
import { createSessions, ENDED_COOKIE, type Session } from './session.ts';
import { createWrongPasswords } from './wrong-passwords.ts';

/** `headers`: to be sent with a page, hands out the session. */
export type Entry = { session: Session; headers: Record<string, string> } | { refused: Answer };

export interface Authentication {
  /** Of any request but those below. Basic with any user name is for programs; what asks for HTML without a session is sent to `/login`. */
  enter(request: IncomingMessage): Entry;
  /** `GET` and `POST /login`. Null: the sender has gone. */
  login(request: IncomingMessage): Promise<Answer | null>;
  logout(): Answer;
  /**
   * Reads a form that one of our pages sent: its session must be there and its field `csrf` must be that session's token, so no page of another site can send it.
   * Call it before anything is changed. Null: the sender has gone.
   */
  readProtectedForm(request: IncomingMessage): Promise<FormReading | null>;
}

export interface AuthenticationOptions {
  /** Null: none is asked for. */
  password: string | null;
  clock: Clock;
  randomBytes: (size: number) => Buffer;
}

export function createAuthentication({ password, clock, randomBytes }: AuthenticationOptions): Authentication {
  const sessions = createSessions(clock, randomBytes);
  const wrong = createWrongPasswords(clock);

  /** Right, wrong, or not looked at any more because there were too many wrong ones. */
  function check(request: IncomingMessage, given: string): 'right' | 'wrong' | 'too many' {
    const address = request.socket.remoteAddress ?? '';
    if (wrong.tooMany(address)) return 'too many';
    if (password === null || isSame(given, password)) return 'right';
    wrong.count(address);
    return 'wrong';
  }

  function newSession(request: IncomingMessage) {
    const { session, cookie } = sessions.begin(request.headers['x-forwarded-proto'] === 'https');
    return { session, headers: { 'set-cookie': cookie } };
  }

  function refuse(request: IncomingMessage): Answer {
    const wantsPage = request.method === 'GET' && /\btext\/html\b/.test(request.headers.accept ?? '');
    if (wantsPage) return seeOther(`/login?next=${encodeURIComponent(request.url ?? '/')}`);
    return {
      ...plain(401, 'The password of admin.password is needed.'),
      headers: { 'www-authenticate': 'Basic realm="shopify-converge", charset="UTF-8"' },
    };
  }

  return {
    enter: (request) => {
      const session = sessions.find(request.headers.cookie);
      if (session) return { session, headers: {} };
      if (password === null) return newSession(request);
      const given = passwordOf(request.headers.authorization);
      if (given === null) return { refused: refuse(request) };
      const result = check(request, given);
      if (result === 'too many') return { refused: TOO_MANY };
      return result === 'right' ? newSession(request) : { refused: refuse(request) };
    },
    login: async (request) => {
      const next = nextOf(request.url);
      if (request.method !== 'POST') return loginPage(200, next, null);
      const reading = await readForm(request);
      if (reading === null || 'refused' in reading) return reading?.refused ?? null;
      switch (check(request, reading.form.get('password') ?? '')) {
        case 'too many':
          return loginPage(429, next, 'Too many wrong passwords. Wait a minute.');
        case 'wrong':
          return loginPage(401, next, 'That is not the password of admin.password.');
        case 'right':
          return { ...seeOther(next), headers: { ...seeOther(next).headers, ...newSession(request).headers } };
      }
    },
    logout: () => ({ ...seeOther('/'), headers: { ...seeOther('/').headers, 'set-cookie': ENDED_COOKIE } }),
    readProtectedForm: async (request) => {
      const session = sessions.find(request.headers.cookie);
      if (session === null) return { refused: plain(403, 'The session is over. Load the page again.') };
      const reading = await readForm(request);
      if (reading === null || 'refused' in reading) return reading;
      if (isSame(reading.form.get('csrf') ?? '', session.csrfToken)) return reading;
      return { refused: plain(403, 'This form is not from a page of this session. Load the page again.') };
    },
  };
}

const TOO_MANY: Answer = { ...plain(429, 'Too many wrong passwords. Wait a minute.'), headers: { 'retry-after': '60' } };

/** A path of ours: `//host` and `/\host` would lead elsewhere. */
function nextOf(url: string | undefined): string {
  const next = new URLSearchParams(/\?([^#]*)/.exec(url ?? '')?.[1] ?? '').get('next') ?? '/';
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(next) ? next : '/';
}
