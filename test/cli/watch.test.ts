import { describe, expect, it } from 'vitest';
import type { Screen } from '../../src/cli/screen.ts';
import { watch } from '../../src/cli/watch.ts';
import { handClock } from '../clock.ts';
import { screen } from './double.ts';

async function start(on: ReturnType<typeof screen>, rows: number | null, show: (screen: Screen, look: number) => void) {
  const clock = handClock();
  const written: string[] = [];
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  let looks = 0;
  const terminal = rows === null ? null : { write: (text: string) => void written.push(text), rows: () => rows };
  const look = async (now: Screen) => {
    show(now, (looks += 1));
    return 0;
  };
  const ended = watch(look, on, { everyMs: 2_000, stopped, clock, terminal });
  ended.catch(() => {});
  await clock.advance(0);
  return { clock, written, stop, ended };
}

describe('watch', () => {
  it('paints over the last picture, cuts what does not fit, gives the screen back and leaves the last picture', async () => {
    const on = screen();
    const { clock, written, stop, ended } = await start(on, 3, (now, look) => now.print(`look ${look}\ntwo\nthree`));
    await clock.advance(2_000);
    stop();
    expect(await ended).toBe(0);
    expect(written).toEqual([
      '\u001b[?1049h\u001b[?25l',
      '\u001b[Hlook 1\u001b[K\ntwo\u001b[K\n\u001b[J',
      '\u001b[Hlook 2\u001b[K\ntwo\u001b[K\n\u001b[J',
      '\u001b[?25h\u001b[?1049l',
    ]);
    expect(on.text()).toBe('look 2\ntwo\nthree');
  });

  it('gives the screen back when a look fails', async () => {
    const fails = () => {
      throw new Error('no database');
    };
    const { written, ended } = await start(screen(), 20, fails);
    await expect(ended).rejects.toThrow('no database');
    expect(written.at(-1)).toBe('\u001b[?25h\u001b[?1049l');
  });

  it('without a terminal prints one look after the other; as JSON one a line, ages counted anew', async () => {
    const on = screen({ json: true });
    const { clock, stop, ended } = await start(on, null, (now, look) => now.print(JSON.stringify({ look, now: now.now }, null, 2)));
    await clock.advance(2_000);
    stop();
    await ended;
    const [first, second] = on.printed.map((line) => JSON.parse(line) as { look: number; now: number });
    expect(on.printed.every((line) => !line.includes('\n'))).toBe(true);
    expect(second!.now - first!.now).toBe(2_000);
  });
});
