/** The Shopify side over HTTP: the grant, and the GraphQL endpoint with its versions and tokens. */
import type { RunGraphql } from './graphql.ts';
import type { Answer, Asked } from './http.ts';
import type { Oauth } from './oauth.ts';

/** Supported quarters; an older one falls forward to the first of them, silently but for the header. */
const VERSIONS = ['2026-01', '2026-04', '2026-07', '2026-10'] as const;

const GRAPHQL_PATH = /^\/admin\/api\/([^/]+)\/graphql\.json$/;

/** Null: there is no such version. */
function effectiveVersion(asked: string): string | null {
  if (asked === 'unstable' || VERSIONS.some((version) => version === asked)) return asked;
  return /^\d{4}-(01|04|07|10)$/.test(asked) && asked < VERSIONS[0] ? VERSIONS[0] : null;
}

function readJson(body: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Null: not a path of the Admin API. */
export function createAdminApi(oauth: Oauth, graphql: RunGraphql): (asked: Asked) => Promise<Answer | null> {
  async function run(asked: Asked, version: string | null): Promise<Answer> {
    if (version === null || asked.method !== 'POST') return { status: 404, body: '{"errors":"Not Found"}' };
    const headers = { 'x-shopify-api-version': version };
    const token = asked.headers['x-shopify-access-token'];
    if (!oauth.knows(typeof token === 'string' ? token : undefined)) {
      const errors = '[API] Invalid API key or access token (unrecognized login or wrong password)';
      return { status: 401, headers, body: JSON.stringify({ errors }) };
    }
    const request = readJson(asked.body);
    if (!request) return { status: 400, headers, body: '{"errors":{"query":"Required parameter missing or invalid"}}' };
    return { status: 200, headers, body: JSON.stringify(await graphql(request)) };
  }

  return async (asked) => {
    if (asked.path === '/admin/oauth/access_token') {
      if (asked.method !== 'POST') return { status: 404, body: '{"errors":"Not Found"}' };
      const { status, contentType, body } = oauth.grant(asked.body, asked.headers['content-type']);
      return { status, headers: { 'content-type': contentType }, body };
    }
    const [, version] = GRAPHQL_PATH.exec(asked.path) ?? [];
    return version === undefined ? null : run(asked, effectiveVersion(version));
  };
}
