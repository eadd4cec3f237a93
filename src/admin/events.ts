/** `POST /events`: takes events from elsewhere. */
import type { IncomingMessage } from 'node:http';
import { ConnectorError, errorCode } from '../core/errors.ts';
import { readGivenEvents, type GivenEvent, type SendOptions, type SendReport, type SentEvent } from '../core/given-events.ts';
import type { Secret } from '../core/secret.ts';
import { createBodyReader } from '../platform/body.ts';
import type { Logger } from '../platform/logger.ts';
import { isTokenRight } from './access.ts';
import { json, plain, type Answer } from './answer.ts';

export interface EventsOptions {
  /** `admin.eventsToken`. */
  token: Secret;
  /** Puts them on the outbox. Rejects with a `ConnectorError` when the options name no store or destination, or when the store cannot be written. */
  send(events: GivenEvent[], options: SendOptions): Promise<SendReport>;
}

const MAX_BODY_BYTES = 2 * 1024 * 1024;
/** Of all bodies being read at the same time. */
const MAX_HELD_BYTES = 16 * 1024 * 1024;
const RETRY_AFTER_SECONDS = '5';

/** Codes that say something about the request. */
const OF_REQUEST = ['SEND_STORE', 'SEND_DESTINATION', 'CLI_UNKNOWN_STORE', 'EVENTS_NONE', 'EVENTS_ENCODING'];

/** What one refused event makes of the whole answer; the first of these that happened counts. */
const STATUS_OF: [SentEvent['outcome'], number][] = [
  ['not_json', 400],
  ['invalid', 422],
  ['id_taken', 409],
];

/**
 * 404 without a token in the config, 405 for another method, 401 for a wrong token, 413 over 2 MiB; then the events are taken one by one and the answer says what became
 * of each: 200 when all are in the outbox, now or since before, else 400, 422 or 409 by what is wrong. 503: try again, nothing of it does harm twice.
 * Null: the sender has gone.
 */
export function createEventsIntake(options: EventsOptions | null, logger: Logger): (request: IncomingMessage) => Promise<Answer | null> {
  const readBody = createBodyReader({ maxBytes: MAX_BODY_BYTES, maxHeldBytes: MAX_HELD_BYTES });
  if (options === null) return async () => plain(404, 'No events are taken here: admin.eventsToken is not set.');
  const { send } = options;
  const token = options.token.reveal();

  async function take(raw: Buffer, query: URLSearchParams): Promise<Answer> {
    try {
      const report = await send(readGivenEvents(raw), {
        store: query.get('store') ?? undefined,
        destination: query.get('destination') ?? undefined,
      });
      const [, status = 200] = STATUS_OF.find(([outcome]) => report.events.some((event) => event.outcome === outcome)) ?? [];
      return json(status, report);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      if (OF_REQUEST.includes(error.code)) return failure(400, error);
      logger.error({ code: errorCode(error) }, 'events from elsewhere could not be written');
      return unavailable(error);
    }
  }

  return async (request) => {
    if (request.method !== 'POST') return { ...plain(405, 'Only POST.'), headers: { allow: 'POST' } };
    if (!isTokenRight(request.headers.authorization, token)) {
      return {
        ...plain(401, 'The token of admin.eventsToken is needed: Authorization: Bearer <token>.'),
        headers: { 'www-authenticate': 'Bearer realm="shopify-converge"' },
      };
    }
    const body = await readBody(request, true);
    if (body.kind === 'aborted') return null;
    if (body.kind === 'too_large') return plain(413, 'At most 2 MiB at once: send several requests, or use the command send.');
    if (body.kind === 'dropped') {
      return unavailable(new ConnectorError('EVENTS_NO_ROOM', 'Too many events are being read at the same time. Try again in a moment.'));
    }
    return await take(body.raw, new URLSearchParams(/\?([^#]*)/.exec(request.url ?? '')?.[1] ?? ''));
  };
}

function failure(status: number, { code, message }: ConnectorError): Answer {
  return json(status, { error: { code, message } });
}

function unavailable(error: ConnectorError): Answer {
  return { ...failure(503, error), headers: { 'retry-after': RETRY_AFTER_SECONDS } };
}
