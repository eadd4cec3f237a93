import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createBodyReader } from '../../src/platform/body.ts';

/** A request whose body the test writes. */
function request(headers: Record<string, string> = {}): IncomingMessage & PassThrough {
  return Object.assign(new PassThrough(), { headers }) as unknown as IncomingMessage & PassThrough;
}

test('gives back the bytes as they came, however they were cut', async () => {
  const read = createBodyReader({ maxBytes: 10, maxHeldBytes: 10_000 });
  for (const chunks of [[], ['abc'], ['a', 'b', '\u{1f600}']]) {
    const one = request();
    const body = read(one, true);
    for (const chunk of chunks) one.write(chunk);
    one.end();
    expect(await body).toEqual({ kind: 'whole', raw: Buffer.from(chunks.join('')) });
  }
});

test('stops at the limit, or before the first byte when the length is announced', async () => {
  const read = createBodyReader({ maxBytes: 10, maxHeldBytes: 10_000 });
  for (const keep of [true, false]) {
    const exact = request();
    const fits = read(exact, keep);
    exact.end('0123456789');
    expect((await fits).kind).toBe(keep ? 'whole' : 'dropped');
    const over = request();
    const tooLarge = read(over, keep);
    over.write('01234567890');
    expect(await tooLarge).toEqual({ kind: 'too_large' });
    expect(await read(request({ 'content-length': '11' }), keep)).toEqual({ kind: 'too_large' });
  }
});

test('holds no more than there is room for, and has the room again whatever became of the bodies', async () => {
  const room = 2 * (100 + 512);
  const read = createBodyReader({ maxBytes: 1_000, maxHeldBytes: room });
  const bytes = Buffer.alloc(100);
  for (let round = 0; round < 3; round += 1) {
    const [first, second, third] = [request(), request(), request()];
    const bodies = [read(first, true), read(second, true), read(third, true)];
    for (const one of [first, second, third]) one.write(bytes);
    await new Promise((resolve) => setImmediate(resolve));
    third.end();
    expect(await bodies[2]).toEqual({ kind: 'dropped' });
    first.end();
    expect((await bodies[0])?.kind).toBe('whole');
    if (round === 0) {
      second.destroy();
      expect(await bodies[1]).toEqual({ kind: 'aborted' });
    } else if (round === 1) {
      second.write(Buffer.alloc(1_000));
      expect(await bodies[1]).toEqual({ kind: 'too_large' });
    } else {
      second.end();
      expect((await bodies[1])?.kind).toBe('whole');
    }
  }
});
