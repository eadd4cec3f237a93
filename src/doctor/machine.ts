/** Checks of this machine: the files beside the config, the disk, the database, the daemon. */
import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../core/errors.ts';
import type { Http } from '../platform/http.ts';
import type { Store } from '../store/types.ts';
import { fail, ok, skipped, warn, type Finding } from './check.ts';

const GB = 1024 ** 3;
const LOW_BYTES = GB;
const FULL_BYTES = 100 * 1024 ** 2;
/** statfs(2): file systems of other machines, on which SQLite's locks and fsync cannot be relied on. */
const NETWORK_TYPES = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
]);

/** `.env` beside the config holds secrets. */
export async function checkEnvFile(configFile: string): Promise<Finding> {
  const path = join(dirname(configFile), '.env');
  const found = await stat(path).catch(() => null);
  if (!found) return ok('there is none: everything comes from the environment or from files');
  const open = (found.mode & 0o077) !== 0 && process.platform !== 'win32';
  return open
    ? warn(`${path} can be read by other users of this machine (mode ${(found.mode & 0o777).toString(8)})`, `chmod 600 ${path}`)
    : ok('readable by its owner only');
}

/** Room and rights where the database is, or will be. */
export async function checkDisk(databasePath: string): Promise<Finding> {
  const folder = await nearestFolder(dirname(databasePath));
  const writable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!writable)
    return fail(
      `${folder} cannot be written by this user`,
      'Give the user that runs the daemon the right to write there, or change storage.path.',
    );
  const { bavail, bsize, type } = await statfs(folder);
  const free = bavail * bsize;
  const seen = `${(free / GB).toFixed(1)} GB free for ${databasePath}`;
  const network = NETWORK_TYPES.get(type);
  if (network)
    return fail(`${folder} is on another machine (${network}): commits there are not durable`, 'Put storage.path on a local disk.');
  if (free < FULL_BYTES) return fail(seen, 'Make room: webhooks are refused when nothing can be written.');
  if (free < LOW_BYTES) return warn(seen, 'Make room, or keep bodies for a shorter time: retention.days.');
  return ok(seen);
}

async function nearestFolder(folder: string): Promise<string> {
  const there = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return there || dirname(folder) === folder ? folder : await nearestFolder(dirname(folder));
}

/** `/readyz` of a running daemon says more than the database can. `admin`: where it listens. */
export async function checkDaemon(
  store: Pick<Store, 'daemonHolder'> | null,
  http: Http,
  admin: { host: string; port: number },
): Promise<Finding> {
  const holder = store && (await store.daemonHolder());
  if (!holder) return warn('no daemon runs on this database', 'Run start, or see to the service that should.');
  const running = `process ${holder.pid} on ${holder.host} since ${new Date(holder.startedAt).toISOString()}`;
  if (admin.port === 0) return ok(`${running}; its admin port is any free one, so it was not asked`);
  const host = admin.host === '0.0.0.0' || admin.host === '::' ? '127.0.0.1' : admin.host;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${admin.port}/readyz`;
  const answer = await http.send({ method: 'GET', url, headers: {}, body: null });
  if (answer.status === null) {
    return warn(
      `${running}; ${url} does not answer here (${answer.message})`,
      'If the daemon runs on this machine: restart it, as it may run with another config.',
    );
  }
  const { ok: ready, reasons, notes } = readiness(answer.text);
  if (ready === false) return fail(`${running}; not ready: ${reasons.join('; ')}`, 'Run status: it says what each of these needs.');
  return notes.length > 0
    ? warn(`${running}; ready, but ${notes.join('; ')}`, 'Run status: it says what each of these needs.')
    : ok(`${running}; ready`);
}

function readiness(text: string): { ok: boolean | null; reasons: string[]; notes: string[] } {
  const list = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  try {
    const { ok: ready, reasons, notes } = JSON.parse(text) as Record<string, unknown>;
    return { ok: typeof ready === 'boolean' ? ready : null, reasons: list(reasons), notes: list(notes) };
  } catch {
    return { ok: null, reasons: [], notes: [] };
  }
}

/** Opens the database if it is there; a look never creates it. The opened store is the caller's to close. */
export async function checkDatabase(path: string, open: () => Store): Promise<{ finding: Finding; store: Store | null }> {
  const file = await stat(path).catch((error: unknown) => errorCode(error));
  if (file === 'ENOENT') return { finding: skipped(`${path} is not there yet: connect or start creates it`), store: null };
  try {
    const store = open();
    const size = typeof file === 'string' ? '' : `, ${(file.size / 1024 ** 2).toFixed(1)} MB`;
    return { finding: ok(`${path} is sound and durable (WAL, synchronous=FULL)${size}`), store };
  } catch (error) {
    const [seen = '', ...rest] = (error instanceof Error ? error.message : String(error)).split(/(?<=\.) /);
    return { finding: fail(seen, rest.join(' ') || 'Look at the disk and at who owns the file.'), store: null };
  }
}
