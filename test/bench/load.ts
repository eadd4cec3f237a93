/** Load on a webhook server over bare sockets, which costs less than any HTTP client and so leaves the processor to the server. */
import { connect, type Socket } from 'node:net';
import { requestText, type Webhook } from './webhooks.ts';

export interface Load {
  /** Answered requests a second. */
  rate: number;
  /** Of each request, ms. */
  latencies: number[];
}

const CONNECTIONS = 50;
let deliveries = 0;

/** As many as the server takes: each connection sends the next request when the last is answered. */
export async function closedLoop(port: number, webhooks: Webhook[], seconds: number): Promise<Load> {
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  const connections = await open(port);
  await Promise.all(
    connections.map(async ({ send }) => {
      while (performance.now() < end) {
        const sent = performance.now();
        await send(next(webhooks));
        latencies.push(performance.now() - sent);
      }
    }),
  );
  const rate = latencies.length / ((performance.now() - start) / 1000);
  for (const { socket } of connections) socket.destroy();
  return { rate, latencies };
}

/** `rate` requests a second whatever the server does; a latency begins when its request was to be sent, so waiting for a connection counts. */
export async function openLoop(port: number, webhooks: Webhook[], rate: number, seconds: number): Promise<Load> {
  const connections = await open(port);
  const free = [...connections];
  const waiting: number[] = [];
  const latencies: number[] = [];
  const total = Math.round(rate * seconds);
  let planned = 0;
  const start = performance.now();
  await new Promise<void>((resolve, reject) => {
    const pump = () => {
      while (free.length > 0 && waiting.length > 0) {
        const connection = free.pop();
        const due = waiting.shift();
        if (connection === undefined || due === undefined) return;
        connection.send(next(webhooks)).then(() => {
          latencies.push(performance.now() - due);
          free.push(connection);
          if (latencies.length === total) resolve();
          else pump();
        }, reject);
      }
    };
    const plan = () => {
      const until = Math.min(total, ((performance.now() - start) / 1000) * rate);
      for (; planned < until; planned += 1) waiting.push(start + (planned / rate) * 1000);
      pump();
      if (planned < total) setTimeout(plan, 1);
    };
    plan();
  });
  for (const { socket } of connections) socket.destroy();
  return { rate: total / ((performance.now() - start) / 1000), latencies };
}

function next(webhooks: Webhook[]): string {
  deliveries += 1;
  const webhook = webhooks[deliveries % webhooks.length];
  if (!webhook) throw new Error('no webhooks to send');
  return requestText(webhook, `0f4b9a1c-7d3e-4e2a-9c55-${String(deliveries).padStart(12, '0')}`);
}

interface Connection {
  socket: Socket;
  /** Resolves when the answer is whole; rejects when it is not a 200. */
  send(text: string): Promise<void>;
}

async function open(port: number): Promise<Connection[]> {
  return await Promise.all(Array.from({ length: CONNECTIONS }, () => openOne(port)));
}

async function openOne(port: number): Promise<Connection> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true).setEncoding('latin1');
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let answer = '';
  let settle: { resolve: () => void; reject: (error: Error) => void } | null = null;
  const fail = (reason: string) => settle?.reject(new Error(reason));
  socket.on('error', (error) => fail(error.message));
  socket.on('close', () => fail('the server closed the connection'));
  socket.on('data', (chunk: string) => {
    answer += chunk;
    if (!isWhole(answer)) return;
    const ok = answer.startsWith('HTTP/1.1 200');
    const words = answer.slice(0, 200);
    answer = '';
    if (ok) settle?.resolve();
    else fail(words);
  });
  return {
    socket,
    send: (text) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        socket.write(text, 'latin1');
      }),
  };
}

function isWhole(answer: string): boolean {
  const head = answer.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const length = /^content-length: *(\d+)/im.exec(answer.slice(0, head))?.[1];
  return length === undefined ? answer.endsWith('0\r\n\r\n') : answer.length >= head + 4 + Number(length);
}
