/** A process that takes events like Converge and keeps nothing but their ids. Tells its port, then, whenever asked, what came since it was asked last. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Taken {
  requests: number;
  /** Different event ids. */
  events: number;
  bytes: number;
}

const ANSWER = JSON.stringify({ success: true });
const HEADERS = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(ANSWER) };
/** The id stands at the beginning of a body: reading more would make this process, not the sender, the one that is measured. */
const HEAD_BYTES = 100;

let heads: string[] = [];
let bytes = 0;

const server = createServer((request, response) => {
  let head = '';
  request.on('data', (chunk: Buffer) => {
    if (head === '') head = chunk.toString('latin1', 0, HEAD_BYTES);
    bytes += chunk.length;
  });
  request.on('end', () => {
    heads.push(head);
    response.writeHead(200, HEADERS).end(ANSWER);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));

process.on('message', () => {
  const ids = new Set(heads.map((head) => /"event_id":"([^"]+)"/.exec(head)?.[1]));
  process.send?.({ requests: heads.length, events: ids.size, bytes } satisfies Taken);
  heads = [];
  bytes = 0;
});
process.on('disconnect', () => process.exit());
