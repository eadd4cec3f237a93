/** Sorts what goes wrong between two machines into a few kinds. */
import { errorCode } from '../core/errors.ts';

export type NetworkFailureKind =
  | 'timeout'
  | 'refused'
  | 'reset'
  | 'dns'
  | 'tls'
  | 'unreachable'
  /** What came back is not HTTP. */
  | 'protocol'
  /** The request could not be made: no https, or a header or address that HTTP does not allow. */
  | 'invalid'
  | 'other';

const KINDS: [RegExp, NetworkFailureKind, string][] = [
  [/^(?:ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/, 'timeout', 'no connection in time'],
  [/^UND_ERR_HEADERS_TIMEOUT$/, 'timeout', 'no answer in time'],
  [/^UND_ERR_BODY_TIMEOUT$/, 'timeout', 'the answer did not end in time'],
  [/^ECONNREFUSED$/, 'refused', 'connection refused'],
  [/^(?:ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET)$/, 'reset', 'connection cut off'],
  [/^(?:ENOTFOUND|EAI_\w+)$/, 'dns', 'host name not found'],
  [/^(?:EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL)$/, 'unreachable', 'no way to the host'],
  [
    /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|EPROTO$|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH$|INVALID_CA$|PATH_LENGTH_)/,
    'tls',
    'no safe connection',
  ],
  [/^(?:HPE_|UND_ERR_HEADERS_OVERFLOW$|UND_ERR_RES_)/, 'protocol', 'the answer is not valid HTTP'],
  [/^(?:UND_ERR_INVALID_ARG|ERR_INVALID_|UND_ERR_NOT_SUPPORTED$)/, 'invalid', 'the request is not valid HTTP'],
];

/** The kind of a thrown network error, and a short text with its code; no address, no secret. */
export function networkFailure(error: unknown): { kind: NetworkFailureKind; message: string } {
  // undici's parser gives some of its errors no code.
  const code = error instanceof Error && error.name === 'HTTPParserError' ? 'HPE_INVALID' : errorCode(error);
  for (const [pattern, kind, text] of KINDS) {
    if (pattern.test(code)) return { kind, message: `${text} (${code})` };
  }
  return { kind: 'other', message: `the request failed (${code})` };
}
