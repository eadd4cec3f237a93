/** Counts wrong passwords by address, so that nobody can try them all. */
import type { Clock } from '../platform/clock.ts';

export interface WrongPasswords {
  count(address: string): void;
  /** Ten came from `address` within the last minute. */
  tooMany(address: string): boolean;
}

const MOST = 10;
const WITHIN_MS = 60_000;
const MOST_ADDRESSES = 10_000;

export function createWrongPasswords(clock: Clock): WrongPasswords {
  const counted = new Map<string, { since: number; wrong: number }>();

  /** Null: none in the last minute, or from before the clock was set back. */
  function recent(address: string): { since: number; wrong: number } | null {
    const entry = counted.get(address);
    const age = entry ? clock.now() - entry.since : 0;
    return entry && age >= 0 && age < WITHIN_MS ? entry : null;
  }

  return {
    count: (address) => {
      const entry = recent(address) ?? { since: clock.now(), wrong: 0 };
      counted.delete(address);
      counted.set(address, { ...entry, wrong: entry.wrong + 1 });
      const [oldest] = counted.keys();
      if (counted.size > MOST_ADDRESSES && oldest !== undefined) counted.delete(oldest);
    },
    tooMany: (address) => (recent(address)?.wrong ?? 0) >= MOST,
  };
}
