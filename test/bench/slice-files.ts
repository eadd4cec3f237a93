/** The file of a slice, served with other order ids for every slice. Apart from how it is made, because the measured process loads this. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';

export const SLICE_ORDERS = 3_000;
const ORDER = 'gid://shopify/Order/';
const PIECE = 1024 * 1024;
const OVERLAP = 64;

export interface SliceFiles {
  rows: number;
  bytes: number;
  /** The file of slice number `slice`. */
  read(slice: number): Buffer;
}

/** Where ids stand is looked up in pieces, so that the measured process holds nothing of it but the places. */
export function openFile(path: string): SliceFiles {
  const bytes = statSync(path).size;
  const places: number[] = [];
  let rows = 0;
  const read = (from: number, size: number): Buffer => {
    const piece = Buffer.allocUnsafe(size);
    const handle = openSync(path, 'r');
    for (let at = 0; at < size;) at += readSync(handle, piece, at, size - at, from + at);
    closeSync(handle);
    return piece;
  };
  for (let from = 0; from < bytes; from += PIECE - OVERLAP) {
    const piece = read(from, Math.min(PIECE, bytes - from));
    const own = from + PIECE >= bytes ? piece.length : PIECE - OVERLAP;
    for (let at = piece.indexOf(ORDER); at >= 0 && at < own; at = piece.indexOf(ORDER, at + 1)) places.push(from + at + ORDER.length);
    for (let at = piece.indexOf(0x0a); at >= 0 && at < own; at = piece.indexOf(0x0a, at + 1)) rows += 1;
  }
  return {
    rows,
    bytes,
    read: (slice) => {
      const file = read(0, bytes);
      // Five digits in front, which ids of the sandbox have alike.
      const mark = String(10_000 + slice);
      for (const place of places) file.write(mark, place, 'latin1');
      return file;
    },
  };
}
