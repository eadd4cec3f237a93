/** Being asked to stop: once politely, twice at once. Being asked to read the config again. */
import { closeSync, openSync } from 'node:fs';
import { FAILED } from './exit-codes.ts';

export interface StopSignal {
  /** Resolves with the first SIGTERM or SIGINT. */
  received: Promise<NodeJS.Signals>;
}

/** From now on the first signal is only told; the second one ends the process with code 1. */
export function awaitStop(): StopSignal {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  let seen = false;
  const listen = (signal: NodeJS.Signals) => {
    if (seen) process.exit(FAILED);
    seen = true;
    resolve(signal);
  };
  process.on('SIGTERM', listen);
  process.on('SIGINT', listen);
  return { received: promise };
}

export interface ReloadSignal {
  /** From now on `reload` is called at every SIGHUP, and at once if one came before. */
  heed(reload: () => void): void;
}

/** SIGHUP means reload, from now on. A terminal that is closed sends it too: the daemon that ran in it stops, as its user expects. */
export function awaitReload(): ReloadSignal {
  const inTerminal = process.stdin.isTTY || process.stdout.isTTY;
  let asked = false;
  let act: (() => void) | null = null;
  process.on('SIGHUP', () => {
    if (inTerminal && !hasTerminal()) return void process.emit('SIGTERM');
    if (act) act();
    else asked = true;
  });
  return {
    heed: (reload) => {
      act = reload;
      if (asked) reload();
    },
  };
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
