/** What every scenario is given and gives back. */

export interface SoakOptions {
  seed: number;
  /** How much of it: kills, cuts, requests; each scenario says what. */
  count: number;
  /** A line of progress. */
  say(line: string): void;
}

export interface SoakResult {
  /** What was counted. */
  figures: [what: string, value: number | string][];
  /** What should not have happened; empty: all promises were kept. */
  faults: string[];
}

export interface Scenario {
  title: string;
  /** `count` of the short form, which the tests run, and of the long one. */
  short: number;
  long: number;
  run(options: SoakOptions): Promise<SoakResult>;
}

/** A list of faults that stays readable: the first of each kind in full, the rest as a number. */
export function createFaultList(): { add(kind: string, detail: string): void; list(): string[] } {
  const kinds = new Map<string, { first: string[]; more: number }>();
  return {
    add: (kind, detail) => {
      const known = kinds.get(kind) ?? { first: [], more: 0 };
      if (known.first.length < 5) known.first.push(detail);
      else known.more += 1;
      kinds.set(kind, known);
    },
    list: () =>
      [...kinds].flatMap(([kind, { first, more }]) => [
        ...first.map((detail) => `${kind}: ${detail}`),
        ...(more > 0 ? [`${kind}: and ${more} more`] : []),
      ]),
  };
}

/** Passes on a line at most every `ms`. */
export function atMostEvery(ms: number, say: (line: string) => void): (line: () => string) => void {
  let last = -Infinity;
  return (line) => {
    if (performance.now() - last < ms) return;
    last = performance.now();
    say(line());
  };
}
