/** An HTTP server with tight limits, an orderly end, and no request that can bring the process down. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ConnectorError, errorCode } from '../core/errors.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

/** Answers one request. What it throws becomes a 500 and a log line. */
export type Respond = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface ServerLimits {
  headerBytes: number;
  /** From the first byte (or the connection) to the end of the headers. */
  headersTimeoutMs: number;
  /** From the first byte to the end of the body. */
  requestTimeoutMs: number;
  /** Longer than the usual 60 s of a proxy, so that the proxy is the one that ends an idle connection. */
  keepAliveTimeoutMs: number;
  /** A connection that moves no byte for so long while a request is open, for instance because the client does not read. */
  stalledMs: number;
  /** Beyond it the connection that has waited longest without a whole request makes room; while all are being answered, the newcomer goes. */
  maxConnections: number;
  /** How often the two request time-outs are looked at. */
  checkEveryMs: number;
}

/** Node's own defaults wait 300 s for a request and take any number of connections. */
const LIMITS: ServerLimits = {
  headerBytes: 16 * 1024,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  keepAliveTimeoutMs: 75_000,
  stalledMs: 30_000,
  maxConnections: 4_096,
  checkEveryMs: 1_000,
};

export interface HttpServer {
  /** Resolves when connections are accepted; throws SERVER_PORT_IN_USE, SERVER_NOT_ALLOWED or SERVER_NOT_STARTED. */
  listen(): Promise<{ port: number }>;
  /** Stops accepting, lets requests in flight finish for up to `graceMs`, then cuts them off. Safe to repeat. */
  close(graceMs: number): Promise<void>;
}

export interface ServerOptions {
  /** The section of the config this server is set up in (`server`, `admin`): named in errors. */
  name: string;
  host: string;
  /** 0: any free one. */
  port: number;
  respond: Respond;
  clock: Clock;
  logger: Logger;
  limits?: Partial<ServerLimits>;
}

export function createHttpServer(options: ServerOptions): HttpServer {
  const { name, respond, clock, logger } = options;
  const limits = { ...LIMITS, ...options.limits };
  const sockets = new Set<Socket>();
  const open = new Set<ServerResponse>();
  /** Without a whole request, the longest first. */
  const waiting = new Set<Socket>();
  let closing: Promise<void> | null = null;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await respond(request, response);
    } catch (error) {
      logger.error(
        { server: name, code: errorCode(error), error: error instanceof Error ? error.message : String(error) },
        'request failed',
      );
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'content-length': 0 }).end();
    }
  }

  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: limits.checkEveryMs,
    },
    (request, response) => {
      const { socket } = request;
      open.add(response);
      if (hasBody(request)) request.once('end', () => waiting.delete(socket));
      else waiting.delete(socket);
      response.once('close', () => {
        open.delete(response);
        waiting.delete(socket);
        if (!socket.destroyed) waiting.add(socket);
        if (closing !== null && !isBusy(socket)) socket.destroySoon();
      });
      if (closing !== null) response.setHeader('Connection', 'close');
      void answer(request, response);
    },
  );
  server.timeout = limits.stalledMs;
  server.on('connection', (socket) => {
    if (sockets.size >= limits.maxConnections) makeRoom(socket);
    if (socket.destroyed) return;
    sockets.add(socket);
    waiting.add(socket);
    socket.once('close', () => forget(socket));
  });

  /** Node would turn the newcomer away, so that idle and slow clients could keep everybody else out. */
  function makeRoom(newcomer: Socket): void {
    const [longest = newcomer] = waiting;
    forget(longest);
    longest.destroy();
  }

  function forget(socket: Socket): void {
    sockets.delete(socket);
    waiting.delete(socket);
  }

  function isBusy(socket: Socket): boolean {
    for (const response of open) if (response.req.socket === socket) return true;
    return false;
  }

  async function drain(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // Node counts a connection that has sent nothing yet as busy and would wait for it.
    for (const socket of sockets) if (!isBusy(socket)) socket.destroy();
    for (const response of open) if (!response.headersSent) response.setHeader('Connection', 'close');
    const finished = new AbortController();
    await Promise.race([closed, clock.sleep(graceMs, finished.signal)]);
    finished.abort();
    if (open.size > 0) logger.warn({ server: name, requests: open.size }, 'requests in flight were cut off at the end of the grace time');
    server.closeAllConnections();
    await closed;
  }

  return {
    listen: () =>
      new Promise((resolve, reject) => {
        const refuse = (error: Error) => reject(listenError(error, options));
        server.once('error', refuse);
        server.listen({ host: options.host, port: options.port }, () => {
          server.off('error', refuse);
          // A failed accept (too many open files) must not end the process.
          server.on('error', (error) => logger.error({ server: name, code: errorCode(error) }, 'connection could not be accepted'));
          const address = server.address();
          resolve({ port: typeof address === 'object' && address !== null ? address.port : options.port });
        });
      }),
    close: (graceMs) => (closing ??= drain(graceMs)),
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function listenError(error: Error, { name, host, port }: ServerOptions): ConnectorError {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return new ConnectorError(
        'SERVER_PORT_IN_USE',
        `Port ${port} on ${host} is taken. Stop the program that has it or set another ${name}.port.`,
        { cause: error },
      );
    case 'EACCES':
      return new ConnectorError('SERVER_NOT_ALLOWED', `Port ${port} may not be opened by this user. Set ${name}.port to 1024 or higher.`, {
        cause: error,
      });
    default:
      return new ConnectorError(
        'SERVER_NOT_STARTED',
        `Port ${port} on ${host} could not be opened (${errorCode(error)}). Check ${name}.host and ${name}.port.`,
        { cause: error },
      );
  }
}
