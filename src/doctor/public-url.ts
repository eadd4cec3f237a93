/** Check of the address Shopify calls: our own page and the place for webhooks behind it. */
import type { Http } from '../platform/http.ts';
import { fail, ok, warn, type Finding } from './check.ts';

const OURS = '<title>shopify-converge</title>';

/** `running`: whether a daemon runs that should answer. Asked from inside the own network, an address may not answer that does from outside. */
export async function checkPublicUrl(http: Http, publicUrl: string, webhookUri: string, running: boolean): Promise<Finding> {
  const get = (url: string) => http.send({ method: 'GET', url, headers: {}, body: null });
  const page = await get(`${publicUrl}/`);
  const outside = `Check it from outside, for example with a phone off this network: ${publicUrl}/ must show the page of shopify-converge.`;
  if (page.status === null) {
    const seen = `${publicUrl}/ does not answer here: ${page.message}`;
    if (!running) return warn(seen, `Run start, then doctor again. ${outside}`);
    if (page.kind === 'tls') return fail(seen, 'Give the proxy a valid certificate with its whole chain: Shopify checks it.');
    return warn(seen, `Some networks cannot reach their own public address. ${outside}`);
  }
  if (!page.text.includes(OURS)) {
    const seen = `${publicUrl}/ answers ${page.status}, and not with the page of shopify-converge`;
    if (!running) return warn(seen, 'Run start, then doctor again.');
    return fail(seen, 'Let the proxy pass / and /webhooks/shopify on to server.port of this machine.');
  }
  const hooks = await get(webhookUri);
  // Only POST is taken there; any other program, or a proxy in between, says something else.
  if (hooks.status === 405) return ok(`${publicUrl} leads here, ${webhookUri} takes webhooks`);
  return fail(
    `${publicUrl}/ leads here, but ${webhookUri} answers ${hooks.status ?? hooks.message}`,
    'Let the proxy pass /webhooks/shopify on as well, with its headers and without a log-in or a bot check.',
  );
}
