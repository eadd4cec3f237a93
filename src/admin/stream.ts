/** Tells open pages that something changed, by server-sent events; they load themselves again. */
import type { ServerResponse } from 'node:http';
import type { Clock } from '../platform/clock.ts';

export interface Stream {
  /** Takes the response over; false: as many are open as may be, and nothing was done. */
  open(response: ServerResponse, headers: Record<string, string>): boolean;
  /** Ends all of them, and every one that comes later. */
  close(): void;
}

const MOST = 20;
const LOOK_EVERY_MS = 3_000;
/** Times on a page go on without anything changing; and a connection on which nothing moves for 30 s is cut. */
const AT_LEAST_EVERY_MS = 15_000;
/** Then the browser comes again, and is asked for its session again. */
const LONGEST_MS = 3_600_000;
/** A client that does not read is not waited for. */
const MOST_UNREAD_BYTES = 16 * 1024;

/** `look` gives a text that differs when a page would. It says nothing else: what changed is on the page, behind the log-in. */
export function createStream({ clock, look }: { clock: Clock; look: () => Promise<string> }): Stream {
  const clients = new Map<ServerResponse, number>();
  let ended = false;
  let watching = false;
  let wake = new AbortController();

  /** Whoever writes after the end brings the process down, and a response takes a while to close. */
  function end(response: ServerResponse): void {
    clients.delete(response);
    response.end();
  }

  function tell(): void {
    for (const [response, since] of clients) {
      if (response.writableLength > MOST_UNREAD_BYTES) response.destroy();
      else if (clock.now() - since > LONGEST_MS) end(response);
      else response.write('event: change\ndata: \n\n');
    }
  }

  /** One look for all of them, and none while nobody listens. */
  async function watch(): Promise<void> {
    watching = true;
    let seen = await look().catch(() => '');
    let told = clock.now();
    while (clients.size > 0) {
      wake = new AbortController();
      await clock.sleep(LOOK_EVERY_MS, wake.signal);
      if (clients.size === 0) break;
      const now = await look().catch(() => seen);
      if (now === seen && clock.now() - told < AT_LEAST_EVERY_MS) continue;
      seen = now;
      told = clock.now();
      tell();
    }
    watching = false;
  }

  return {
    open: (response, headers) => {
      if (ended || clients.size >= MOST) return false;
      response.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
      response.write('retry: 5000\n\n');
      clients.set(response, clock.now());
      response.once('close', () => {
        clients.delete(response);
        if (clients.size === 0) wake.abort();
      });
      if (!watching) void watch();
      return true;
    },
    close: () => {
      ended = true;
      for (const response of clients.keys()) end(response);
      wake.abort();
    },
  };
}
