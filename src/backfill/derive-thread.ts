/** The thread in which the files of a backfill are read and derived, so that the thread which answers webhooks only writes. Started by `reader.ts`. */
import { parentPort } from 'node:worker_threads';
import { ConnectorError } from '../core/errors.ts';
import { collectGarbage } from '../platform/collect-garbage.ts';
import { openFile, type OpenFile } from './derive-rows.ts';
import type { Answer, Request } from './reader.ts';

let open: OpenFile | null = null;

function answer(request: Request): unknown {
  switch (request.kind) {
    case 'open':
      open = openFile(Buffer.from(request.file), request.by);
      return open.summary;
    case 'read':
      return open?.read(request.from, request.to, request.now);
    case 'drop':
      open = null;
      // V8 alone would keep the file until the next ones are there.
      collectGarbage();
      return null;
  }
}

parentPort?.on('message', (request: Request) => {
  let reply: Answer;
  try {
    reply = { result: answer(request) };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    reply = { error: { code: error.code, message: error.message, retryable: error.retryable } };
  }
  parentPort?.postMessage(reply);
});
