/** The sandbox's HTTP server on loopback: reads bodies, routes, and can break a connection on purpose. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
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

/** An answer that is written piece by piece and never in memory as a whole. */
export interface Streamed {
  kind: 'stream';
  status: number;
  headers: Record<string, string>;
  body: Readable;
  /** The connection is cut after so many bytes of the body; null: it is not. */
  cutAfter: number | null;
}

/** An answer, or `timeout`: none ever, or `reset`: the connection is cut. */
export type Reply = Answer | Streamed | Exclude<Fault, { kind: 'status' }>;

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

async function stream(response: ServerResponse, { status, headers, body, cutAfter }: Streamed): Promise<void> {
  response.writeHead(status, headers);
  let left = cutAfter ?? Infinity;
  let cut = false;
  const pieces = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      cut ||= chunk.length > left;
      yield chunk.subarray(0, left);
      if (cut) return;
      left -= chunk.length;
    }
  };
  try {
    await pipeline(body, pieces, response, { end: false });
    // Cut: what was sent arrives, and then the connection ends before the answer does.
    if (cut) response.socket?.end();
    else response.end();
  } catch {
    response.destroy();
  }
}

function send(response: ServerResponse, reply: Reply): void | Promise<void> {
  if ('kind' in reply && reply.kind === 'stream') return stream(response, reply);
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
    if (body === null) return await send(response, { status: 413, body: '{"error":"Payload too large"}' });
    const { pathname, searchParams } = new URL(request.url ?? '/', `http://${LOOPBACK}`);
    const { method = 'GET', headers } = request;
    await send(response, await respond({ method, path: pathname, search: searchParams, headers, body }));
  }

  const server: Server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (response.headersSent || response.destroyed) response.destroy();
      else void send(response, { status: 500, body: JSON.stringify({ error: message }) });
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
