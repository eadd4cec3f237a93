/** How many requests at once a destination gets that has just come back: one, then more with every success. */

export interface Ramp {
  /** Requests at once, now. */
  width(): number;
  /** The destination has just come back. */
  restart(): void;
  delivered(): void;
  failed(): void;
}

/** Each success adds one, which doubles the width with every round of answers; each failure halves it, until it is whole once. */
export function createRamp(concurrency: number): Ramp {
  let width = concurrency;
  return {
    width: () => width,
    restart: () => {
      width = 1;
    },
    delivered: () => {
      width = Math.min(concurrency, width + 1);
    },
    failed: () => {
      if (width < concurrency) width = Math.max(1, Math.floor(width / 2));
    },
  };
}
