/** Being asked to stop: once politely, twice at once. */
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
