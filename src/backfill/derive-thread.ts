/** The thread in which the files of a backfill are read and derived, so that the thread which answers webhooks only writes. Started by `reader.ts`. */
import { parentPort } from 'node:worker_threads';
import { ConnectorError } from '../core/errors.ts';
import { openFile, type OpenFile } from './derive-rows.ts';
import type { Answer, Request } from './reader.ts';

let open: OpenFile | null = null;
let file: ArrayBuffer | null = null;

function answer(request: Request): unknown {
  switch (request.kind) {
    case 'open':
      file = request.file;
      open = openFile(Buffer.from(file), request.by);
      return open.summary;
    case 'read':
      // The thread before this one had it, and is gone.
      if (!open) throw new ConnectorError('BACKFILL_THREAD', 'The thread that derives history has no file open.', { retryable: true });
      return open.read(request.from, request.to, request.now);
    case 'drop':
      open = null;
      // At once: V8 would keep it until the next ones are there.
      file?.transfer(0);
      file = null;
      return null;
  }
}

parentPort?.on('message', (request: Request) => {
  let reply: Answer;
  try {
    reply = { result: answer(request) };
  } catch (error) {
    const { code, message, retryable } = error instanceof ConnectorError ? error : unreadable(error);
    reply = { error: { code, message, retryable } };
  }
  parentPort?.postMessage(reply);
});

/** Rows that are not what was asked for. The thread lives on, and the slice is read again, cut, and reported. */
function unreadable(error: unknown): ConnectorError {
  const words = error instanceof Error ? error.message : String(error);
  return new ConnectorError('BACKFILL_UNREADABLE', `The file of a bulk operation cannot be read (${words}); it is read again by itself.`, {
    retryable: true,
  });
}
