/** What the admin port answers with. */
import type { ServerResponse } from 'node:http';

export interface Answer {
  status: number;
  type: string;
  body: string;
  headers?: Record<string, string>;
}

const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

/** Of an answer that is not sent at once. */
export const STREAM_HEADERS: Record<string, string> = HEADERS;

export function plain(status: number, text: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n` };
}

export function json(status: number, value: object): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n` };
}

/** After a form: the browser loads `path` by GET, and a reload sends nothing twice. */
export function seeOther(path: string): Answer {
  return { ...plain(303, path), headers: { location: path } };
}

export function send(response: ServerResponse, { status, type, body, headers }: Answer, withBody: boolean): void {
  response
    .writeHead(status, { ...HEADERS, ...headers, 'content-type': type, 'content-length': Buffer.byteLength(body) })
    .end(withBody ? body : undefined);
}
