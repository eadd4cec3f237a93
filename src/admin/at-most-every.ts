/** Asks an expensive question once for all who ask at about the same time. */
import type { Clock } from '../platform/clock.ts';

/** `ask`, at most once in `ms`; in between the last answer is given again. A failure is passed on to those who waited for it and not kept. */
export function atMostEvery<T>(ms: number, clock: Clock, ask: () => Promise<T>): () => Promise<T> {
  let last: { at: number; answer: Promise<T> } | null = null;
  return () => {
    const now = clock.now();
    if (last !== null && now >= last.at && now - last.at < ms) return last.answer;
    const asked = { at: now, answer: ask() };
    last = asked;
    asked.answer.catch(() => {
      if (last === asked) last = null;
    });
    return asked.answer;
  };
}
