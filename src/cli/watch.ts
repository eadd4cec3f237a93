/** Shows something again and again until told to stop: in place on a terminal, one after the other elsewhere. */
import { systemClock, type Clock } from '../platform/clock.ts';
import { OK } from './exit-codes.ts';
import type { Screen } from './screen.ts';
import { awaitStop } from './signals.ts';

export interface WatchOptions {
  everyMs: number;
  stopped: Promise<unknown>;
  clock: Clock;
  /** Null: no terminal. */
  terminal: { write(text: string): void; rows(): number } | null;
}

const OTHER_SCREEN = '\u001b[?1049h\u001b[?25l';
const OWN_SCREEN = '\u001b[?25h\u001b[?1049l';
const TOP = '\u001b[H';
const REST_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';

const EVERY_MS = 2_000;

/** On this process's own terminal, until Ctrl-C. */
export function watchHere(show: (screen: Screen) => Promise<number>, screen: Screen): Promise<number> {
  const { stdout } = process;
  const inPlaceHere = stdout.isTTY && !screen.json ? { write: (text: string) => void stdout.write(text), rows: () => stdout.rows } : null;
  return watch(show, screen, { everyMs: EVERY_MS, stopped: awaitStop().received, clock: systemClock, terminal: inPlaceHere });
}

/** With `--json` each look is one line. What `show` throws ends it. The last picture stays on the terminal. */
export async function watch(show: (screen: Screen) => Promise<number>, screen: Screen, options: WatchOptions): Promise<number> {
  const { everyMs, stopped, clock, terminal } = options;
  const over = new AbortController();
  void stopped.then(() => over.abort());
  let picture = '';
  terminal?.write(OTHER_SCREEN);
  try {
    while (!over.signal.aborted) {
      const said: string[] = [];
      await show({ ...screen, now: clock.now(), print: (text) => void said.push(text) });
      picture = said.join('\n');
      if (terminal) terminal.write(inPlace(picture, terminal.rows()));
      else screen.print(screen.json ? JSON.stringify(JSON.parse(picture)) : `${picture}\n`);
      await clock.sleep(everyMs, over.signal);
    }
  } finally {
    terminal?.write(OWN_SCREEN);
  }
  if (terminal) screen.print(picture);
  return OK;
}

/** What does not fit below is left out: a terminal that scrolls would not be in place. */
function inPlace(picture: string, rows: number): string {
  const lines = picture.split('\n').slice(0, Math.max(1, rows - 1));
  return `${TOP}${lines.map((line) => `${line}${REST_OF_LINE}\n`).join('')}${REST_OF_SCREEN}`;
}
