/** What the process answers to its caller. */

export const OK = 0;
export const FAILED = 1;
export const USAGE = 2;
export const PARTLY = 3;

const OF_USAGE = ['CONFIG_INVALID', 'CLI_UNKNOWN_STORE', 'CLI_USAGE', 'CLI_EXISTS', 'TIME_DATE', 'SEND_STORE', 'SEND_DESTINATION'];

/** Of several results: all went well, none did, or some. */
export function ofResults(results: boolean[]): number {
  if (results.every(Boolean)) return OK;
  return results.some(Boolean) ? PARTLY : FAILED;
}

export function ofError(code: string): number {
  return OF_USAGE.includes(code) ? USAGE : FAILED;
}
