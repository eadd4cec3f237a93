/** Waits for a daemon that a benchmark has started. */
import { setTimeout as wait } from 'node:timers/promises';

/** Resolves when /readyz says yes; whoever asks sets the end. */
export async function ready(adminPort: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${adminPort}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await wait(100);
  }
}
