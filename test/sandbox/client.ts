/** Talking to a sandbox as an app does. */
import { readFileSync } from 'node:fs';
import { parse, print, separateOperations } from 'graphql';
import type { Sandbox } from '../../src/sandbox/index.ts';

const operations = separateOperations(parse(readFileSync(new URL('../../src/shopify/operations.graphql', import.meta.url), 'utf8')));

/** One operation of the program with its fragments. */
export function operation(name: string): string {
  const document = operations[name];
  if (!document) throw new Error(`operations.graphql has no ${name}`);
  return print(document);
}

export interface GraphqlAnswer {
  status: number;
  headers: Headers;
  body: Json;
}

/** JSON of unknown shape, read with `at`. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The value at `a.0.b`; undefined when there is none. */
export function at(json: Json | undefined, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)];
    return typeof value === 'object' && value !== null ? value[key] : undefined;
  }, json);
}

export async function grant(sandbox: Sandbox, fields: Record<string, string> = {}): Promise<Response> {
  const { clientId, clientSecret } = sandbox;
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, ...fields });
  return fetch(`${sandbox.origin}/admin/oauth/access_token`, { method: 'POST', body });
}

export async function token(sandbox: Sandbox): Promise<string> {
  const answer = (await (await grant(sandbox)).json()) as Json;
  return String(at(answer, 'access_token'));
}

export async function ask(
  sandbox: Sandbox,
  accessToken: string,
  query: string,
  variables: object = {},
  version = '2026-10',
): Promise<GraphqlAnswer> {
  const answer = await fetch(`${sandbox.origin}/admin/api/${version}/graphql.json`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-shopify-access-token': accessToken },
    body: JSON.stringify({ query, variables }),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Json };
}
