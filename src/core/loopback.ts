/** Which hosts are this machine and nothing else. Pure. */

/** `hostname` as a URL gives it (`localhost`, `127.0.0.1`, `[::1]`), or as one listens on it (`::1`). Plain http is allowed to these only. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    hostname === '::1' ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname)
  );
}
