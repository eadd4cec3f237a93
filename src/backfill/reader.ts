/** Reads and derives the files of a backfill in a thread of its own. */
import { getCompileCacheDir } from 'node:module';
import { dirname, extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ConnectorError } from '../core/errors.ts';
import { setYoungSpaceOfThreads } from '../platform/collect-garbage.ts';
import type { DeriveBy, FileSummary, HistoryOrder } from './derive-rows.ts';

export type Request =
  { kind: 'open'; file: ArrayBuffer; by: DeriveBy } | { kind: 'read'; from: number; to: number; now: number } | { kind: 'drop' };

export type Answer = { result: unknown } | { error: { code: string; message: string; retryable: boolean } };

export interface Reader {
  /** Takes the file over: its memory is no longer the caller's. Throws SHOPIFY_BULK_DAMAGED, BACKFILL_UNREADABLE. */
  open(file: Buffer, by: DeriveBy): Promise<FileSummary>;
  /** Orders number `from` to before `to` of the open file. May be asked for ahead; answers come in the order of the questions. Throws as `open`. */
  read(from: number, to: number, now: number): Promise<HistoryOrder[]>;
  /** Lets the file go; nobody need wait for it. */
  drop(): void;
  /** Ends the thread; the next file starts another. */
  close(): Promise<void>;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** As much as the orders of a few batches take: with V8's 1 MB most of them lived long enough to be collected among the old, a sixth of the thread's time (measured). */
const YOUNG_MB = 8;

/** The thread by itself; a `.ts` file in the source, a `.js` file in the package. */
const THREAD = new URL(`./derive-thread${extname(import.meta.filename)}`, import.meta.url);

/**
 * The thread starts with the first file; only while it is asked something it keeps the process alive. A thread that dies makes what it was asked for fail with BACKFILL_THREAD,
 * and with BACKFILL_MEMORY if its heap was full.
 */
export function createReader(): Reader {
  let thread: Worker | null = null;
  let waiting: Waiting[] = [];

  function ended(died: Worker, cause?: unknown): void {
    if (thread !== died) return;
    thread = null;
    const left = waiting;
    waiting = [];
    const words = cause instanceof Error ? cause.message : 'it was ended';
    const code = isOutOfMemory(cause) ? 'BACKFILL_MEMORY' : 'BACKFILL_THREAD';
    for (const { reject } of left)
      reject(new ConnectorError(code, `The thread that derives history ended: ${words}.`, { retryable: true, cause }));
  }

  function start(): Worker {
    setYoungSpaceOfThreads(YOUNG_MB);
    const cache = getCompileCacheDir();
    const started = new Worker(THREAD, { env: cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) } });
    started.on('message', (answer: Answer) => {
      // What an ended thread had answered before may come later than its end.
      if (thread !== started) return;
      const next = waiting.shift();
      if (waiting.length === 0) started.unref();
      if ('result' in answer) next?.resolve(answer.result);
      else next?.reject(new ConnectorError(answer.error.code, answer.error.message, { retryable: answer.error.retryable }));
    });
    started.on('error', (error) => ended(started, error));
    started.on('exit', () => ended(started));
    return started;
  }

  function ask<Result>(request: Request, transfer: ArrayBuffer[] = []): Promise<Result> {
    return new Promise<unknown>((resolve, reject) => {
      thread ??= start();
      thread.postMessage(request, transfer);
      waiting.push({ resolve, reject });
      thread.ref();
    }) as Promise<Result>;
  }

  return {
    open: (file, by) => {
      // A buffer may be a part of a larger one, which cannot be given away.
      const own = file.byteLength === file.buffer.byteLength ? (file.buffer as ArrayBuffer) : new Uint8Array(file).buffer;
      return ask({ kind: 'open', file: own, by }, [own]);
    },
    read: (from, to, now) => ask({ kind: 'read', from, to, now }),
    drop: () => {
      if (thread !== null) ask({ kind: 'drop' }).catch(() => {});
    },
    close: async () => {
      const last = thread;
      if (last === null) return;
      ended(last);
      await last.terminate();
    },
  };
}

function isOutOfMemory(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
