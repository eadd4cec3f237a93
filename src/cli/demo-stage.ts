/** What the story of the demo is told with. */
import type { App } from '../app.ts';
import type { Daemon } from '../daemon.ts';
import type { Sandbox } from '../sandbox/index.ts';
import type { Colours } from './screen.ts';

/** In place of the usual ten minutes, so that nobody has to wait for the story. */
export const DEMO_DELAY_SECONDS = 5;

export interface Stage {
  sandbox: Sandbox;
  app: App;
  daemon: Daemon;
  colours: Colours;
  /** Prints a line of the story; nothing with `--json`. */
  say(text?: string): void;
  /** Since the demo began, ms. */
  elapsed(): number;
}
