/** The sandbox's HTTP server on loopback: reads bodies, routes, and can break a connection on purpose. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ConnectorError, errorCode } from '../core/errors.ts';
import type { Fault } from './faults.ts';

export interface Asked {
  method: string;
  /** Without the query. */
  path: string;
  search: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

/** An answer, or `timeout`: none ever, or `reset`: the connection is cut. */
export type Reply = Answer | Exclude<Fault, { kind: 'status' }>;

/** What the other side sees of a fault. */
export function replyOf(fault: Fault): Reply {
  if (fault.kind !== 'status') return fault;
  const { status, headers, body = '' } = fault;
  return { status, body, ...(headers ? { headers } : {}) };
}

const LARGEST_BODY = 8 * 1024 * 1024;
const LOOPBACK = '127.0.0.1';

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, reply: Reply): void {
  if (!('kind' in reply)) {
    const { status, headers, body } = reply;
    response
      .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body), ...headers })
      .end(body);
  } else if (reply.kind === 'reset') {
    response.socket?.resetAndDestroy();
  }
  // A time-out: the connection stays open until the other side or close() ends it.
}

function listenError(error: Error, port: number): ConnectorError {
  const taken = errorCode(error) === 'EADDRINUSE';
  const message = taken
    ? `Port ${port} is taken; choose another one or 0 for any.`
    : `The sandbox cannot listen on port ${port}: ${error.message}`;
  return new ConnectorError('SANDBOX_PORT', message, { cause: error });
}

/** Listens on 127.0.0.1 only; port 0 is any free one. */
export async function serve(
  port: number,
  respond: (asked: Asked) => Reply | Promise<Reply>,
): Promise<{ origin: string; close(): Promise<void> }> {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    if (body === null) return send(response, { status: 413, body: '{"error":"Payload too large"}' });
    const { pathname, searchParams } = new URL(request.url ?? '/', `http://${LOOPBACK}`);
    const { method = 'GET', headers } = request;
    send(response, await respond({ method, path: pathname, search: searchParams, headers, body }));
  }

  const server: Server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (response.headersSent || response.destroyed) response.destroy();
      else send(response, { status: 500, body: JSON.stringify({ error: message }) });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, port)));
    server.listen({ host: LOOPBACK, port }, resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    origin: `http://${LOOPBACK}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
