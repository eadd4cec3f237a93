/** From the file to a Config: read, replace references, validate, tell every problem at once. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { RuleSettings } from '../core/settings.ts';
import { crossCheck } from './cross-checks.ts';
import { parseYaml, type YamlDocument } from './document.ts';
import type { Environment } from './environment.ts';
import type { Sources } from './interpolate.ts';
import { wordIssues, type Found } from './issues.ts';
import { ConfigError, pathText, type Problem } from './problem.ts';
import { resolveReferences } from './resolve.ts';
import { configSchema, type Settings, type StoreSettings } from './schema.ts';

type RuleKeys = 'exclude' | 'upsellDelay' | 'salesChannels' | 'markets' | 'aliases' | 'subscriptions';

/** One store. What is null was left out. */
export interface StoreConfig extends Omit<StoreSettings, RuleKeys | 'shop' | 'reconcile' | 'convead'> {
  /** Canonical `*.myshopify.com` domain. */
  shop: string;
  /** `converge`, `convead` or both are there. */
  convead: (NonNullable<StoreSettings['convead']> & { domain: string }) | null;
  rules: RuleSettings;
  reconcile: { everyMinutes: number };
}

export interface Config extends Omit<Settings, 'stores'> {
  /** Absolute path of the file it was read from. */
  file: string;
  stores: StoreConfig[];
}

interface LoadOptions {
  path: string;
  env: Environment;
  /** Throws as `readFileSync` does. */
  readFile?: (path: string) => string;
}

/**
 * Reads the config at `path`, with the `.env` beside it (the real environment wins). `storage.path` becomes absolute, relative to the file's folder.
 * Throws ConfigError (CONFIG_INVALID) with every problem there is; it shows no secret and nothing that came from the environment.
 */
export function loadConfig({ path, env, readFile = (name) => readFileSync(name, 'utf8') }: LoadOptions): Config {
  const file = resolve(path);
  const document = parseYaml(readConfig(file, path, readFile));
  if (document.problems.length > 0) throw new ConfigError(path, document.problems);

  const found: Found[] = [];
  const { data, faults, referenced } = resolveReferences(configSchema, document.data ?? {}, sourcesFor(file, env, readFile));
  found.push(...faults);
  const parsed = configSchema.safeParse(data);
  found.push(...wordIssues(parsed.error?.issues ?? [], data, referenced), ...crossCheck(data));
  if (!parsed.success || found.length > 0) throw new ConfigError(path, toProblems(found, document));
  return build(parsed.data, file);
}

function readConfig(file: string, path: string, readFile: (path: string) => string): string {
  try {
    return readFile(file);
  } catch (error) {
    const fix = 'Create it as the README shows, or name another with --config PATH or $CONNECTOR_CONFIG.';
    throw new ConfigError(path, [{ path: '', line: null, message: `the config file ${whyUnreadable(error)} (${file})`, fix }]);
  }
}

function sourcesFor(file: string, env: Environment, readFile: (path: string) => string): Sources {
  const folder = dirname(file);
  const envFile = resolve(folder, '.env');
  const fromFile = readEnvFile(envFile, readFile);
  return {
    envFile,
    variable: (name) => env[name] ?? (Object.hasOwn(fromFile, name) ? fromFile[name] : undefined),
    file: (path) => {
      try {
        return { content: readFile(resolve(folder, path)).trim() };
      } catch (error) {
        return { error: whyUnreadable(error) };
      }
    },
  };
}

function readEnvFile(path: string, readFile: (path: string) => string): Environment {
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    const why = whyUnreadable(error);
    if (why === 'does not exist') return {};
    throw new ConfigError(path, [
      { path: '', line: null, message: `the .env file ${why}`, fix: 'Make it readable for this user, or remove it.' },
    ]);
  }
  return parseEnv(text.replace(/^\uFEFF/, ''));
}

function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user';
  return code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
}

/** The first problem of each place is the cause; what follows from it is left out. */
function toProblems(found: Found[], document: YamlDocument): Problem[] {
  const byPath = new Map<string, Problem>();
  for (const { path, message, fix } of found) {
    const text = pathText(path);
    if (!byPath.has(text)) byPath.set(text, { path: text, line: document.lineOf(path), message, fix });
  }
  return [...byPath.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

function build(settings: Settings, file: string): Config {
  const publicUrl = settings.server.publicUrl?.replace(/\/+$/, '') ?? null;
  return {
    ...settings,
    file,
    server: { ...settings.server, publicUrl },
    storage: { path: resolve(dirname(file), settings.storage.path) },
    stores: settings.stores.map((store) => buildStore(store, publicUrl !== null)),
  };
}

function buildStore(settings: StoreSettings, webhooks: boolean): StoreConfig {
  const { exclude, upsellDelay, salesChannels, markets, aliases, subscriptions, reconcile, convead, ...rest } = settings;
  const shop = settings.shop ?? '';
  return {
    ...rest,
    shop,
    shopifyOrigin: originOf(rest.shopifyOrigin),
    convead: convead && { ...convead, domain: convead.domain ?? shop, origin: originOf(convead.origin) },
    rules: { exclude, upsellDelay, salesChannels, markets, aliases, subscriptions },
    reconcile: { everyMinutes: reconcile.everyMinutes ?? (webhooks ? 15 : 1) },
  };
}

function originOf(text: string | null): string | null {
  return text?.replace(/\/$/, '') ?? null;
}
