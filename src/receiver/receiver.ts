/** The public listener: webhooks, and the page that says what this is. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Respond } from '../platform/server.ts';
import { PAGE, PAGE_HEADERS } from './page.ts';
import { createWebhookIntake, type IntakeOptions } from './intake.ts';

export interface ReceiverOptions extends IntakeOptions {
  /** Its path shows the page, too; null: only `/` does. */
  publicUrl: string | null;
}

const WEBHOOK_PATH = '/webhooks/shopify';
const NOTHING = { 'content-length': 0 } as const;

/** Takes webhooks at every path that ends in `/webhooks/shopify`: a proxy may or may not strip the path of `publicUrl`. */
export function createReceiver(options: ReceiverOptions): Respond {
  const takeIn = createWebhookIntake(options);
  const prefix = options.publicUrl === null ? '' : new URL(options.publicUrl).pathname.replace(/\/+$/, '');

  return (request, response) => {
    const path = pathOf(request.url ?? '/');
    if (path.endsWith(WEBHOOK_PATH)) {
      if (request.method === 'POST') return takeIn(request, response);
      response.writeHead(405, { ...NOTHING, allow: 'POST' }).end();
    } else if (path === '/' || path === prefix || path === `${prefix}/`) {
      sendPage(request, response);
    } else {
      response.writeHead(404, NOTHING).end();
    }
  };
}

/** The path of a request target, in origin or absolute form; never throws. */
function pathOf(target: string): string {
  return target.replace(/[?#].*$/s, '').replace(/^https?:\/\/[^/]*/i, '') || '/';
}

function sendPage(request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { ...NOTHING, allow: 'GET, HEAD' }).end();
    return;
  }
  response.writeHead(200, { ...PAGE_HEADERS, 'content-length': Buffer.byteLength(PAGE) }).end(request.method === 'HEAD' ? undefined : PAGE);
}
