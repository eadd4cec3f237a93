/** Whether another machine takes a connection; nothing is sent over it but the TLS handshake. */
import { connect as connectPlain, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { networkFailure, type NetworkFailureKind } from './network-failure.ts';

/** Resolves to null when `url`'s host takes a connection within `timeoutMs` (https: with a valid certificate), else to why not. Never rejects. */
export function reach(url: string, timeoutMs: number): Promise<{ kind: NetworkFailureKind; message: string } | null> {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const safe = protocol === 'https:';
  return new Promise((resolve) => {
    const socket = safe
      ? connectTls({ host, port: Number(port || 443), servername: isIP(host) === 0 ? host : '', ALPNProtocols: ['http/1.1'] })
      : connectPlain({ host, port: Number(port || 80) });
    const end = (found: { kind: NetworkFailureKind; message: string } | null) => {
      socket.destroy();
      resolve(found);
    };
    socket.setTimeout(timeoutMs, () => end({ kind: 'timeout', message: `no connection within ${timeoutMs / 1000} s` }));
    socket.once(safe ? 'secureConnect' : 'connect', () => end(null));
    socket.once('error', (error) => end(networkFailure(error)));
  });
}
