/** Reads request bodies as raw bytes, without ever holding more of them than it was told. */
import type { IncomingMessage } from 'node:http';

export type Body =
  | { kind: 'whole'; raw: Buffer }
  /** Read to its end and let go: nobody wants it, or there was no room for it. */
  | { kind: 'dropped' }
  /** The rest is still coming; `drain` waits for it. */
  | { kind: 'too_large' }
  /** The client went away. */
  | { kind: 'aborted' };

export interface BodyLimits {
  maxBytes: number;
  /** Of all bodies being read at the same time. */
  maxHeldBytes: number;
}

/** What a chunk takes besides its bytes: a body in chunks of one byte each is not a small body. */
const CHUNK_COST = 512;

/** `keep` false: the answer is settled unless the body is too large, so its bytes are only counted. Never rejects. */
export type ReadBody = (request: IncomingMessage, keep: boolean) => Promise<Body>;

export function createBodyReader({ maxBytes, maxHeldBytes }: BodyLimits): ReadBody {
  let heldByAll = 0;

  return (request, keep) =>
    new Promise((resolve) => {
      if (Number(request.headers['content-length'] ?? 0) > maxBytes) return resolve({ kind: 'too_large' });
      let chunks: Buffer[] | null = keep ? [] : null;
      let size = 0;
      let held = 0;

      function letGo(): void {
        heldByAll -= held;
        held = 0;
        chunks = null;
      }

      function finish(body: Body): void {
        letGo();
        request.off('data', onData).off('end', onEnd).off('close', onClose);
        resolve(body);
      }

      function onData(chunk: Buffer): void {
        size += chunk.length;
        if (size > maxBytes) return finish({ kind: 'too_large' });
        if (chunks === null) return;
        const cost = chunk.length + CHUNK_COST;
        if (heldByAll + cost > maxHeldBytes) return letGo();
        held += cost;
        heldByAll += cost;
        chunks.push(chunk);
      }

      function onEnd(): void {
        if (chunks === null) return finish({ kind: 'dropped' });
        const [only] = chunks;
        finish({ kind: 'whole', raw: chunks.length === 1 && only ? only : Buffer.concat(chunks, size) });
      }

      function onClose(): void {
        finish({ kind: 'aborted' });
      }

      request.on('data', onData).on('end', onEnd).on('close', onClose);
    });
}

/**
 * Lets the rest of a refused body pass by unread, up to `maxBytes`: a connection closed on a client that is still sending loses the answer.
 * The server's request time-out ends it for a client that takes too long. Never rejects.
 */
export function drain(request: IncomingMessage, maxBytes: number): Promise<void> {
  return new Promise((resolve) => {
    let passed = 0;
    request.on('data', (chunk: Buffer) => {
      passed += chunk.length;
      if (passed > maxBytes) resolve();
    });
    request.on('end', resolve).on('close', resolve);
    request.resume();
  });
}
