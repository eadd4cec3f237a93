/** What the settings' one description is turned into: the README's table, `.env.example`, the JSON Schema. */
import { z } from 'zod';
import { configSchema } from './schema.ts';
import { childSchema, defaultOf, innermost, keysOf, known, type Setting } from './setting.ts';

interface Entry extends Partial<Setting> {
  /** `stores[].converge.endpoint`. */
  path: string;
  default: unknown;
}

/** Markdown, one row per setting, in the order of the file. */
export function configTable(): string {
  const rows = entries(configSchema, '').map(
    (entry) => `| \`${entry.path}\` | ${entry.type} | ${defaultText(entry)} | ${entry.description} |`,
  );
  return ['| setting | type | default | what it is |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** The variables of the examples; those that are not usually needed are commented out. */
export function envExample(): string {
  const lines = entries(configSchema, '').flatMap(({ path, env, description }) => {
    if (!env) return [];
    return ['', `# ${path}: ${description?.replaceAll('`', '')}`, `${USUAL.includes(env) ? '' : '# '}${env}=`];
  });
  return ['# Copy to .env beside connector.yaml and keep it to yourself (chmod 600 .env).', ...lines, ''].join('\n');
}

const USUAL = ['SHOPIFY_CLIENT_ID', 'SHOPIFY_CLIENT_SECRET', 'CONVERGE_ENDPOINT'];

/** Draft 2020-12, for editors: what the file may hold, a `${…}` reference in place of any value included. */
export function jsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema: json }) => {
      const { description } = known(zodSchema);
      if (description) json.description = description;
      if (json.default === null) delete json.default;
      if (json.type === 'number' || json.type === 'integer' || json.type === 'boolean' || json.enum || json.pattern) allowReference(json);
    },
  });
  return { ...schema, title: 'shopify-converge: connector.yaml' };
}

function allowReference(json: Record<string, unknown>): void {
  const type: Record<string, unknown> = {};
  for (const key of Object.keys(json)) {
    if (key === 'description' || key === 'default') continue;
    type[key] = json[key];
    delete json[key];
  }
  json.anyOf = [type, { type: 'string', pattern: '\\$\\{[^}]+\\}' }];
}

/** Every setting that holds a value, lists and mappings of plain values counting as one. */
function entries(schema: z.core.$ZodType, path: string): Entry[] {
  const inner = innermost(schema);
  if (inner instanceof z.ZodObject) {
    return keysOf(inner).flatMap((key) => entries(childSchema(inner, key) ?? inner, path ? `${path}.${key}` : key));
  }
  if (inner instanceof z.ZodArray && innermost(inner.element as z.core.$ZodType) instanceof z.ZodObject) {
    return entries(inner.element as z.core.$ZodType, `${path}[]`);
  }
  return [{ ...known(schema), path, default: defaultOf(schema) }];
}

function defaultText({ fallback, default: byDefault }: Entry): string {
  if (fallback) return fallback;
  if (byDefault === undefined) return 'required';
  if (byDefault === null) return '–';
  if (typeof byDefault === 'object') return 'none';
  return `\`${typeof byDefault === 'string' ? byDefault : JSON.stringify(byDefault)}\``;
}
