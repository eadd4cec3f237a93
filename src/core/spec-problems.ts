/** What is wrong with an event that was handed in, in words: for the schemas of the events and for what they find. */
import { z } from 'zod';

/** One thing that is wrong. Neither part holds a value of the event, which may be personal. */
export interface SpecProblem {
  /** `properties.items.0.price`; empty for the event as a whole. */
  path: string;
  /** Goes on after the path and says what to write instead: `must be a number, without quotes`. */
  message: string;
}

const MAX_DEPTH = 32;

/** For a schema: says of a value what it must be, and of a missing one that it is missing. */
export function must(be: string): { error: (issue: { input?: unknown }) => string } {
  return { error: ({ input }) => (input === undefined ? `is missing: it must be ${be}` : `must be ${be}`) };
}

export function text(be = 'text that is not empty'): z.ZodString {
  return z.string(must(be)).regex(/\S/, must(be));
}

/** For people, logs and indexes: one line of reasonable length. */
export function label(be: string): z.ZodString {
  return z
    .string(must(be))
    .regex(/\S/, must(be))
    .regex(/^[^\p{Cc}\p{Cs}]{1,256}$/u, must(be));
}

/** `fields`: what the object may hold that does not take unknown keys. */
export function problemsOf(error: z.ZodError | undefined, prefix: string[], fields: readonly string[]): SpecProblem[] {
  return (error?.issues ?? []).flatMap((issue) => {
    const path = [...prefix, ...issue.path.map(String)];
    if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: issue.message }];
    return issue.keys.map((key) => ({
      path: [...path, key].join('.'),
      message: `is no field of an event: put it into properties, or take it out; the fields are ${fields.join(', ')}`,
    }));
  });
}

/** The first problem of each place is the cause; what follows from it is left out. */
export function toldOnce(problems: SpecProblem[]): SpecProblem[] {
  const first = new Map(problems.toReversed().map((problem) => [problem.path, problem]));
  return problems.filter((problem) => first.get(problem.path) === problem);
}

/** What would not leave as it came: numbers JSON readers round, and depths that writers do not follow. */
export function inexactParts(value: unknown, path: string[] = [], depth = 0): SpecProblem[] {
  if (typeof value === 'number') {
    const exact = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
    return exact ? [] : [{ path: path.join('.'), message: 'is a number too large to be kept exactly: write it as text, in quotes' }];
  }
  if (typeof value !== 'object' || value === null) return [];
  if (depth === MAX_DEPTH) return [{ path: path.join('.'), message: `must not lie deeper than ${MAX_DEPTH} levels: keep properties flat` }];
  return Object.entries(value).flatMap(([key, part]) => inexactParts(part, [...path, key], depth + 1));
}
