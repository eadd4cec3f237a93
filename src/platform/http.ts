/** Requests to other machines: bounded in time and size, https only, never redirected. */
import { Agent, type Dispatcher } from 'undici';
import { isLoopback } from '../core/loopback.ts';
import { networkFailure, type NetworkFailureKind } from './network-failure.ts';

export interface HttpOptions {
  /** Connections per origin; more requests than that wait for one. */
  connections: number;
  /** For one request from its start to the end of its answer. Real time: a network does not wait for a test's clock. */
  timeoutMs: number;
  /** For the connection alone. Default: 5 s, `timeoutMs` where that is shorter. */
  connectTimeoutMs?: number;
  /** In place of the network. */
  dispatcher?: Dispatcher;
}

export interface HttpRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  /** Null: none. */
  body: string | Uint8Array | null;
}

export type HttpResult =
  /** `text`: at most the first 64 KB of the answer. */
  | { status: number; headers: Record<string, string | string[] | undefined>; text: string }
  /** There was no whole answer. `message` is short, for people, and holds neither address nor secret. */
  | { status: null; kind: NetworkFailureKind; message: string };

export interface Http {
  /** Resolves to what came back, whatever happens on the network. An answer that breaks off is a failure, whatever its status was. */
  send(request: HttpRequest): Promise<HttpResult>;
  /** Ends the connections at once: a request still in flight fails. Who wants it to end waits for it first. */
  close(): Promise<void>;
}

const ANSWER_BYTES = 64 * 1024;
const CONNECT_MS = 5_000;

export function createHttp(options: HttpOptions): Http {
  const { timeoutMs } = options;
  const connectMs = Math.min(options.connectTimeoutMs ?? CONNECT_MS, timeoutMs);
  const dispatcher =
    options.dispatcher ??
    new Agent({
      connections: options.connections,
      // One request at a time on a connection: with pipelining or HTTP/2 one broken connection would leave many in doubt.
      pipelining: 1,
      allowH2: false,
      connect: { timeout: connectMs },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxHeaderSize: 16 * 1024,
    });

  let last: { url: string; target: Target | string } | null = null;

  async function exchange({ method, headers, body }: HttpRequest, target: Target, deadline: Deadline): Promise<HttpResult> {
    const answer = await dispatcher.request({ ...target, method, headers, body, signal: deadline.signal });
    deadline.answered();
    return { status: answer.statusCode, headers: answer.headers, text: await readStart(answer.body) };
  }

  return {
    send: async (request) => {
      // A destination has one address: it is read once.
      if (last?.url !== request.url) last = { url: request.url, target: targetOf(request.url) };
      const { target } = last;
      if (typeof target === 'string') return { status: null, kind: 'invalid', message: target };
      const deadline = startDeadline(timeoutMs);
      try {
        return await exchange(request, target, deadline);
      } catch (error) {
        if (deadline.signal.aborted) return { status: null, kind: 'timeout', message: deadline.message() };
        return { status: null, ...networkFailure(error) };
      } finally {
        deadline.clear();
      }
    },
    close: () => dispatcher.destroy(),
  };
}

interface Deadline {
  signal: AbortSignal;
  answered(): void;
  message(): string;
  clear(): void;
}

/** undici's own time-outs start anew with every chunk; a slow drip would never end. */
function startDeadline(ms: number): Deadline {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  let answered = false;
  return {
    signal: controller.signal,
    answered: () => {
      answered = true;
    },
    message: () => (answered ? `the answer did not end within ${ms / 1000} s` : `no answer within ${ms / 1000} s`),
    clear: () => clearTimeout(timer),
  };
}

interface Target {
  origin: string;
  path: string;
}

/** Or what is wrong with the address. */
function targetOf(url: string): Target | string {
  const parsed = URL.parse(url);
  if (parsed === null) return 'the address is not a URL';
  const { protocol, hostname, origin, pathname, search } = parsed;
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))) return { origin, path: pathname + search };
  return 'the address must be https (http is for loopback only)';
}

/** Reads up to 64 KB; of a longer answer the rest is not waited for and its connection is closed. Events: iterating takes twice the time. */
function readStart(body: Dispatcher.ResponseData['body']): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (): void => resolve(Buffer.concat(chunks, Math.min(size, ANSWER_BYTES)).toString());
    body.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= ANSWER_BYTES) return;
      finish();
      body.destroy();
    });
    body.on('end', finish);
    body.on('error', reject);
  });
}
