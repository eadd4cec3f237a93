/** The one error class that leaves a room: a code for programs, a sentence with the next step for people. */

/**
 * `code` is `AREA_CAUSE` (`TOKEN_APP_NOT_INSTALLED`). `message` ends with what to do and holds no secret and no personal data.
 * `retryable`: the same call may succeed later without anybody doing something.
 */
export class ConnectorError extends Error {
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'ConnectorError';
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

/** The code of any thrown value, for counters and log fields. */
export function errorCode(error: unknown): string {
  if (error instanceof ConnectorError) return error.code;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return 'UNEXPECTED';
}
