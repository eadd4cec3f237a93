/** What is known of a setting besides its validation, and ways to walk a schema of settings. */
import { z } from 'zod';

export interface Setting {
  description: string;
  /** Type in a word or two, for the table. */
  type: string;
  /** Ends the sentence "must be …". */
  expects: string;
  /** A value to copy, as YAML. */
  example: string;
  secret: boolean;
  /** The environment variable it usually comes from. */
  env: string;
  /** Default in words, where the schema cannot say it. */
  fallback: string;
}

const registry = z.registry<Partial<Setting>>();

/** Attaches what is known to a schema. What is said later and further out wins. */
export function setting<S extends z.ZodType>(schema: S, more: Partial<Setting>): S {
  registry.add(schema, { ...registry.get(schema), ...more });
  return schema;
}

/** The layers of a schema (defaults, nullable, transforms) from the outside in; the last one holds the type. */
function layers(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodNullable) {
    return [schema, ...layers(schema.def.innerType)];
  }
  if (schema instanceof z.ZodPipe) return [schema, ...layers(schema.def.in)];
  return [schema];
}

export function innermost(schema: z.core.$ZodType): z.core.$ZodType {
  return layers(schema).at(-1) ?? schema;
}

export function known(schema: z.core.$ZodType): Partial<Setting> {
  return Object.assign(
    {},
    ...layers(schema)
      .map((layer) => registry.get(layer) ?? {})
      .reverse(),
  ) as Partial<Setting>;
}

/** The default as it would be written; undefined when there is none. */
export function defaultOf(schema: z.core.$ZodType): unknown {
  const layer = layers(schema).find((candidate) => candidate instanceof z.ZodDefault);
  return layer instanceof z.ZodDefault ? layer.def.defaultValue : undefined;
}

/** The schema of a part of a value: of a key, an element or an entry; null where the schema has none. */
export function childSchema(schema: z.core.$ZodType, key: string | number): z.core.$ZodType | null {
  const inner = innermost(schema);
  if (inner instanceof z.ZodObject) return Object.hasOwn(inner.shape, key) ? (inner.shape[key] as z.core.$ZodType) : null;
  if (inner instanceof z.ZodArray) return inner.element as z.core.$ZodType;
  if (inner instanceof z.ZodRecord) return inner.valueType as z.core.$ZodType;
  return null;
}

/** The schema at a path; null where there is none. */
export function schemaAt(schema: z.core.$ZodType, path: readonly (string | number)[]): z.core.$ZodType | null {
  let current: z.core.$ZodType | null = schema;
  for (const key of path) current = current && childSchema(current, key);
  return current;
}

/** The keys a mapping may have; empty for anything else. */
export function keysOf(schema: z.core.$ZodType): string[] {
  const inner = innermost(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}
