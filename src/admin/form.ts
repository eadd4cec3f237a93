/** Reads what a form of our pages sends. */
import type { IncomingMessage } from 'node:http';
import { createBodyReader } from '../platform/body.ts';
import { plain, type Answer } from './answer.ts';

export type FormReading = { form: URLSearchParams } | { refused: Answer };

const MAX_BYTES = 64 * 1024;
const readBody = createBodyReader({ maxBytes: MAX_BYTES, maxHeldBytes: 64 * MAX_BYTES });

/** Refuses what a browser says comes from another site. Null: the sender has gone. */
export async function readForm(request: IncomingMessage): Promise<FormReading | null> {
  const site = request.headers['sec-fetch-site'] ?? 'same-origin';
  if (site !== 'same-origin' && site !== 'none') return { refused: plain(403, 'Forms of other sites are not taken.') };
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) return { refused: plain(415, 'Only forms.') };
  const body = await readBody(request, true);
  switch (body.kind) {
    case 'aborted':
      return null;
    case 'too_large':
      return { refused: plain(413, 'A form has 64 KB at most.') };
    case 'dropped':
      return { refused: { ...plain(503, 'Too many forms at the same time. Try again in a moment.'), headers: { 'retry-after': '5' } } };
    case 'whole':
      return { form: new URLSearchParams(body.raw.toString()) };
  }
}
