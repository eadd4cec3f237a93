/** References in a config replaced, following its schema: what is a secret, a number or unknown is known there. */
import { z } from 'zod';
import { interpolate, type Sources } from './interpolate.ts';
import type { Path } from './problem.ts';
import { childSchema, innermost, known } from './setting.ts';

export interface Resolved {
  data: unknown;
  faults: { path: Path; message: string; fix: string }[];
  /** Paths (as JSON) whose value came from a reference: it must not be shown. */
  referenced: Map<string, string>;
}

/** An empty value (`token:`) counts as left out. What the schema does not know stays as it is. */
export function resolveReferences(schema: z.core.$ZodType, data: unknown, sources: Sources): Resolved {
  const resolved: Resolved = { data: null, faults: [], referenced: new Map() };

  function visit(at: z.core.$ZodType, value: unknown, path: Path): unknown {
    if (Array.isArray(value)) return value.map((item, index) => visitChild(at, item, [...path, index]));
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
      return Object.fromEntries(entries.map(([key, item]) => [key, visitChild(at, item, [...path, key])]));
    }
    return visitScalar(at, value, path);
  }

  function visitChild(parent: z.core.$ZodType, value: unknown, path: Path): unknown {
    const schemaOfIt = childSchema(parent, path.at(-1) ?? '');
    return schemaOfIt ? visit(schemaOfIt, value, path) : value;
  }

  function visitScalar(at: z.core.$ZodType, value: unknown, path: Path): unknown {
    const isSecret = known(at).secret === true;
    const found = typeof value === 'string' ? interpolate(value, sources) : null;
    resolved.faults.push(...(found?.faults ?? []).map((fault) => ({ path, ...fault })));
    if (isSecret && (found === null || found.literal)) resolved.faults.push({ path, ...plainSecret(at) });
    if (!found) return value;
    if (found.replaced) resolved.referenced.set(JSON.stringify(path), String(value));
    return found.replaced ? typed(at, found.value) : found.value;
  }

  resolved.data = visit(schema, data, []);
  return resolved;
}

function plainSecret(schema: z.core.$ZodType): { message: string; fix: string } {
  const name = known(schema).env ?? 'NAME';
  return {
    message: 'is a secret and stands in plain text',
    fix: `Put it into the environment or the .env file and write \${${name}} here, or \${file:/run/secrets/${name.toLowerCase()}}. If this file was shared, make a new secret.`,
  };
}

/** A reference always yields text; where a number or a flag is wanted, the text is read as one. */
function typed(schema: z.core.$ZodType, value: string): unknown {
  const inner = innermost(schema);
  const trimmed = value.trim();
  if (inner instanceof z.ZodNumber && /^-?\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed);
  if (inner instanceof z.ZodBoolean && /^(true|false)$/i.test(trimmed)) return trimmed.toLowerCase() === 'true';
  return value;
}
