/** Which hosts and URLs may be used where: loopback, public, https. Pure. */
import { BlockList, isIP } from 'node:net';
import { isLoopback } from '../core/loopback.ts';

const internal = new BlockList();
internal.addSubnet('0.0.0.0', 8, 'ipv4');
internal.addSubnet('10.0.0.0', 8, 'ipv4');
internal.addSubnet('100.64.0.0', 10, 'ipv4');
internal.addSubnet('169.254.0.0', 16, 'ipv4');
internal.addSubnet('172.16.0.0', 12, 'ipv4');
internal.addSubnet('192.168.0.0', 16, 'ipv4');
internal.addSubnet('fc00::', 7, 'ipv6');
internal.addSubnet('fe80::', 10, 'ipv6');

/** What is wrong with a URL that has to be https, or http on loopback: a sentence and its fix; null when nothing is. */
export function urlFault(text: string): { message: string; fix: string } | null {
  if (!URL.canParse(text)) return { message: 'must be a full URL', fix: 'Write it whole, with https:// in front.' };
  const url = new URL(text);
  if (url.username || url.password) return { message: 'must not hold a user name or password', fix: 'Take out what stands before the @.' };
  if (url.protocol === 'https:') return null;
  if (url.protocol === 'http:' && isLoopback(url.hostname)) return null;
  return { message: 'must start with https:// (http:// is for loopback only)', fix: 'Use the https:// address.' };
}

/** The same for the address Shopify is to call: it also has to be reachable from outside. */
export function publicUrlFault(text: string): { message: string; fix: string } | null {
  const fault = urlFault(text);
  if (fault) return { ...fault, fix: `${fault.fix} Without one, leave publicUrl out: Shopify is then asked every minute.` };
  const url = new URL(text);
  if (url.search || url.hash) return { message: 'must end before ? and #', fix: `Write ${url.origin}${url.pathname}.` };
  if (!isInternal(url.hostname.replace(/^\[|\]$/g, ''))) return null;
  return {
    message: 'is a private address, which Shopify cannot reach',
    fix: 'Use the public https:// address (of a reverse proxy or a tunnel), or leave publicUrl out: Shopify is then asked every minute.',
  };
}

/** The same for a stand-in for Shopify: http on loopback and nothing behind the host. */
export function sandboxOriginFault(text: string): { message: string; fix: string } | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'http:' && isLoopback(url.hostname) && text.replace(/\/$/, '') === url.origin) return null;
  return {
    message: 'must be the http:// origin of a sandbox on this machine',
    fix: 'For a real shop leave it out; for the sandbox write, for example, http://127.0.0.1:4010.',
  };
}

function isInternal(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && internal.check(address, version === 6 ? 'ipv6' : 'ipv4');
}
