/** What differs between two configs, setting by setting. Pure. */
import { Secret } from '../core/secret.ts';
import type { Config, StoreConfig } from './load.ts';

export interface ConfigChanges {
  /** Paths, stores by their names: `server.port`, `stores.main.exclude.tags`; a store that came or went is `stores.main` alone. No values: one may be a secret. */
  settings: string[];
  /** Names of stores. */
  added: string[];
  removed: string[];
  changed: string[];
}

export function configChanges(before: Config, after: Config): ConfigChanges {
  const { file: _before, stores: oldStores, ...old } = before;
  const { file: _after, stores: newStores, ...now } = after;
  const added = newStores.filter(({ name }) => !oldStores.some((store) => store.name === name)).map(({ name }) => name);
  const removed = oldStores.filter(({ name }) => !newStores.some((store) => store.name === name)).map(({ name }) => name);
  const inside = oldStores.flatMap((store) => {
    const other = newStores.find(({ name }) => name === store.name);
    const settings = other ? differences(asWritten(store), asWritten(other), `stores.${store.name}`) : [];
    return settings.length > 0 ? [{ name: store.name, settings }] : [];
  });
  return {
    settings: [
      ...differences(old, now, ''),
      ...[...added, ...removed].map((name) => `stores.${name}`),
      ...inside.flatMap(({ settings }) => settings),
    ],
    added,
    removed,
    changed: inside.map(({ name }) => name),
  };
}

/** With its rules where the file has them. */
function asWritten({ rules, ...rest }: StoreConfig): Record<string, unknown> {
  return { ...rest, ...rules };
}

function differences(before: unknown, after: unknown, path: string): string[] {
  if (isMapping(before) && isMapping(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], path === '' ? key : `${path}.${key}`));
  }
  return text(before) === text(after) ? [] : [path];
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

function text(value: unknown): string | undefined {
  return JSON.stringify(value instanceof Secret ? ['secret', value.reveal()] : value);
}
