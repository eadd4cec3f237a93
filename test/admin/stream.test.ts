import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createStream } from '../../src/admin/stream.ts';
import { handClock } from '../clock.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Every look differs from the one before, as on a busy daemon. */
async function openPage() {
  let looks = 0;
  const clock = handClock();
  const stream = createStream({ clock, look: async () => String((looks += 1)) });
  const errors: Error[] = [];
  const server = createServer((_request, response) => {
    response.on('error', (error) => errors.push(error));
    stream.open(response, {});
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const page = await new Promise<IncomingMessage>((resolve, reject) => get({ host: '127.0.0.1', port }, resolve).on('error', reject));
  let text = '';
  page.setEncoding('utf8').on('data', (part: string) => (text += part));
  const ended = new Promise<void>((resolve) => page.once('end', resolve));
  return { clock, stream, errors, ended, text: () => text, looks: () => looks };
}

describe('the stream of an open page', () => {
  it('ends with the daemon, and says nothing after its end', async () => {
    const { clock, stream, errors, ended, looks } = await openPage();
    await clock.advance(0);
    expect(clock.sleepers()).toBe(1);
    stream.close();
    await ended;
    await clock.advance(0);
    expect(errors).toEqual([]);
    expect(clock.sleepers()).toBe(0);
    expect(looks()).toBe(1);
  });

  it('tells of a change, and asks the browser to come again after an hour', async () => {
    const { clock, errors, ended, text } = await openPage();
    await clock.advance(3_000);
    await clock.advance(3_600_000);
    await ended;
    await clock.advance(10_000);
    expect(text()).toMatch(/^retry: 5000\n\nevent: change\ndata: \n\n/);
    expect(errors).toEqual([]);
    expect(clock.sleepers()).toBe(0);
  });
});
