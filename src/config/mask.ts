/** A config to look at: the effective values, with nothing in it that must not be seen. */
import { stringify } from 'yaml';
import type { Config, StoreConfig } from './load.ts';

/** Plain data in the shape of the file. The path of a postback endpoint is masked too: whoever knows it can post. */
export function maskedConfig(config: Config): Record<string, unknown> {
  const { file: _file, stores, ...rest } = config;
  return JSON.parse(JSON.stringify({ ...rest, stores: stores.map(maskedStore) })) as Record<string, unknown>;
}

export function maskedYaml(config: Config): string {
  return stringify(maskedConfig(config), { nullStr: '' });
}

function maskedStore({ rules, converge, ...rest }: StoreConfig): Record<string, unknown> {
  return { ...rest, converge: converge && { ...converge, endpoint: maskedEndpoint(converge.endpoint) }, ...rules };
}

function maskedEndpoint(endpoint: string): string {
  const url = new URL(endpoint);
  if (url.pathname === '/' || url.pathname === '/api/webhooks') return url.search ? `${url.origin}${url.pathname}?***` : endpoint;
  return `${url.origin}/***`;
}
