/** Results of bulk operations: written piece by piece to temporary files, served as Google's storage serves them. */
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import type { createBulkFaults } from './bulk-faults.ts';
import type { Asked, Reply } from './http.ts';
import type { Random } from './random.ts';

const PATH = '/bulk-operation-outputs/';
/** Shopify documents 7 days. */
export const KEPT_MS = 7 * 86_400_000;
const PIECE = 256 * 1024;

export interface BulkFile {
  /** Bytes written so far. */
  size: number;
  /** What was written, once it is known when it stops being served. */
  url(expiresAt: number): string;
  write(line: string): Promise<void> | null;
  end(): Promise<void>;
}

export interface BulkFiles {
  create(): Promise<BulkFile>;
  /** Null: not the address of a result. */
  respond(asked: Asked): Reply | null;
  close(): Promise<void>;
}

interface Kept {
  path: string;
  etag: string;
  file: BulkFile;
}

export interface BulkFilesOptions {
  random: Random;
  now: () => number;
  origin: () => string;
  faults: Pick<ReturnType<typeof createBulkFaults>, 'download' | 'nextCut'>;
}

/** First and last byte asked for; null: all; `none`: beyond the end. Several ranges at once are answered with all, as is allowed. */
function rangeOf(header: string | undefined, size: number): { from: number; to: number } | 'none' | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return null;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return from >= size || from > to ? 'none' : { from, to };
}

export function createBulkFiles({ random, now, origin, faults }: BulkFilesOptions): BulkFiles {
  const kept = new Map<string, Kept>();
  let folder: Promise<string> | null = null;

  async function create(): Promise<BulkFile> {
    const name = random.hex(28);
    const path = join(await (folder ??= mkdtemp(join(tmpdir(), 'shopify-sandbox-'))), `${name}.jsonl`);
    const handle: FileHandle = await open(path, 'w');
    let waiting = '';
    const flush = async (): Promise<void> => {
      const piece = Buffer.from(waiting, 'utf8');
      waiting = '';
      await handle.writeFile(piece);
      file.size += piece.length;
    };
    const file: BulkFile = {
      size: 0,
      url: (expiresAt) =>
        `${origin()}${PATH}${name}?Expires=${Math.floor(expiresAt / 1000)}&response-content-type=application%2Fjsonl&Signature=${random.hex(32)}`,
      write: (line) => {
        waiting += line;
        return waiting.length >= PIECE ? flush() : null;
      },
      end: async () => {
        await flush();
        await handle.close();
      },
    };
    kept.set(name, { path, etag: `"${random.hex(32)}"`, file });
    return file;
  }

  function respond({ path, method, headers: asked, search }: Asked): Reply | null {
    if (!path.startsWith(PATH) || (method !== 'GET' && method !== 'HEAD')) return null;
    const found = kept.get(path.slice(PATH.length));
    const xml = (status: number, code: string, message: string, more: Record<string, string> = {}): Reply => ({
      status,
      headers: { 'content-type': 'application/xml; charset=UTF-8', ...more },
      body: `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    });
    const expired = faults.download().expired === true || Number(search.get('Expires') ?? 0) * 1000 <= now();
    if (found && expired) return xml(400, 'ExpiredToken', 'The provided token has expired.');
    if (!found) return xml(404, 'NoSuchKey', 'The specified key does not exist.');
    const { size } = found.file;
    const { etag } = found;
    const wanted = faults.download().ignoresRange || (asked['if-range'] ?? etag) !== etag ? null : rangeOf(asked.range, size);
    if (wanted === 'none')
      return xml(416, 'InvalidRange', 'The requested range cannot be satisfied.', { 'content-range': `bytes */${size}` });
    const { from, to } = wanted ?? { from: 0, to: size - 1 };
    const zipped = !wanted && /\bgzip\b/.test(asked['accept-encoding'] ?? '');
    const headers: Record<string, string> = { 'content-type': 'application/jsonl', etag, 'accept-ranges': 'bytes' };
    if (zipped) headers['content-encoding'] = 'gzip';
    else headers['content-length'] = String(to - from + 1);
    if (wanted) headers['content-range'] = `bytes ${from}-${to}/${size}`;
    if (method === 'HEAD') return { status: 200, headers, body: '' };
    const bytes = createReadStream(found.path, { start: from, end: to, highWaterMark: PIECE });
    const body = zipped ? bytes.pipe(createGzip()) : bytes;
    return { kind: 'stream', status: wanted ? 206 : 200, headers, body, cutAfter: faults.nextCut() };
  }

  return {
    create,
    respond,
    close: async () => {
      if (folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}
