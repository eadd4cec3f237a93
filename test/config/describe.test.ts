import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configTable, envExample, jsonSchema } from '../../src/config/index.ts';
import { configSchema } from '../../src/config/schema.ts';
import { childSchema, keysOf, known } from '../../src/config/setting.ts';
import { withConfigTable } from '../../src/config/write-docs.ts';

describe('the description of the settings', () => {
  it('gives each setting a type and a description', () => {
    for (const row of configTable().split('\n').slice(2)) {
      expect(row).toMatch(/^\| `[\w.[\]]+` \| [^|]+ \| [^|]+ \| [^|]+\. \|$/);
      expect(row).not.toContain('undefined');
    }
  });

  it('lists what is required, what has a default and what has none', () => {
    const table = configTable();
    expect(table).toContain('| `stores[].shop` | shop | required |');
    expect(table).toContain('| `server.port` | port | `3000` |');
    expect(table).toContain('| `stores[].converge.token` | secret | – |');
    expect(table).toContain('| `stores[].reconcile.everyMinutes` | number | 15; 1 without `server.publicUrl` |');
  });

  it('has a variable for every secret', () => {
    const example = envExample();
    for (const schema of secrets()) expect(example).toMatch(new RegExp(`^(# )?${known(schema).env}=$`, 'm'));
    expect(example).toMatch(/^SHOPIFY_CLIENT_SECRET=$/m);
    expect(example).toMatch(/^CONVERGE_ENDPOINT=$/m);
    expect(example).toMatch(/^# CONVEAD_APP_KEY=$/m);
    expect(example).toMatch(/^# ADMIN_PASSWORD=$/m);
  });

  it('is a JSON Schema that knows keys, ranges and references', () => {
    const schema = jsonSchema();
    expect(schema).toMatchObject({
      additionalProperties: false,
      required: ['stores'],
      properties: {
        server: {
          properties: {
            port: {
              default: 3000,
              anyOf: [
                { type: 'integer', minimum: 0, maximum: 65535 },
                { type: 'string', pattern: '\\$\\{[^}]+\\}' },
              ],
            },
          },
        },
        stores: { items: { required: ['name', 'shop'], properties: { shop: { type: 'string' } } } },
      },
    });
  });

  it('is what README.md and .env.example say', () => {
    const script = join(import.meta.dirname, '../../src/config/write-docs.ts');
    const { status, stdout } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  it('replaces what stands between the markers and nothing else', () => {
    const readme = 'before\n<!-- config:start -->\nold\n<!-- config:end -->\nafter\n';
    const written = withConfigTable(readme);
    expect(written).toContain(configTable());
    expect(written).not.toContain('old');
    expect(written).toMatch(/^before\n<!-- config:start -->/);
    expect(written).toMatch(/<!-- config:end -->\nafter\n$/);
    expect(withConfigTable(written)).toBe(written);
    expect(() => withConfigTable('no markers')).toThrow(/needs the lines/);
  });
});

function secrets(schema = configSchema as Parameters<typeof keysOf>[0]): Parameters<typeof keysOf>[0][] {
  if (known(schema).secret) return [schema];
  const children = keysOf(schema).map((key) => childSchema(schema, key));
  const element = childSchema(schema, 0);
  return [...children, element].flatMap((child) => (child ? secrets(child) : []));
}
