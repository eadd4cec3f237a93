/** A config that exists in the test alone: a YAML text, an environment, and other files by absolute path. */
import { ConfigError, loadConfig, type Config, type Environment, type Problem } from '../../src/config/index.ts';

export interface Given {
  env?: Environment;
  files?: Record<string, string | Error>;
}

export const CREDENTIALS = { ID: 'the-client-id', SECRET: 'canary-client-secret', ENDPOINT: 'https://app.runconverge.com/api/webhooks' };

export function load(yaml: string, given: Given = {}): Config {
  const files: Given['files'] = { '/etc/connector/connector.yaml': yaml, ...given.files };
  return loadConfig({
    path: '/etc/connector/connector.yaml',
    env: given.env ?? CREDENTIALS,
    readFile: (path) => {
      const found = files[path];
      if (typeof found === 'string') return found;
      throw found ?? Object.assign(new Error(`no such file ${path}`), { code: 'ENOENT' });
    },
  });
}

export function problemsOf(yaml: string, given: Given = {}): Problem[] {
  return errorOf(yaml, given)?.problems ?? [];
}

export function errorOf(yaml: string, given: Given = {}): ConfigError | null {
  try {
    load(yaml, given);
    return null;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

/** A valid file with `top` before the stores and `store` in its one store; a `key: …` in `store` replaces the usual one. */
export function file(parts: { top?: string; store?: string; stores?: string } = {}): string {
  const usual = {
    name: 'main',
    shop: 'convergestore',
    clientId: '${ID}',
    clientSecret: '${SECRET}',
    converge: '{ endpoint: ${ENDPOINT} }',
  };
  const own = parts.store ?? '';
  const lines = Object.entries(usual).filter(([key]) => !new RegExp(`^-?${key}:`, 'm').test(own));
  const store = [...lines.map(([key, value]) => `${key}: ${value}`), ...own.split('\n').filter((line) => !line.startsWith('-'))].filter(
    Boolean,
  );
  return `${parts.top ?? ''}\nstores:\n${parts.stores ?? ''}  - ${store.join('\n    ')}\n`;
}
