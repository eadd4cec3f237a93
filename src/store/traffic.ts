/** What went in and out lately, by time, in a bounded number of point reads: row ids grow with time, so a time is found by halving them. */
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import type { Store, TrafficSpan } from './types.ts';

const SAMPLE = 40;

interface Row {
  id: number;
  at: number;
  latency: number;
}

/** A table whose rows are only added at its end. */
function logOf(client: Connection['client'], table: string, id: string, at: string, latency: string) {
  const columns = `select ${id} as id, ${at} as at, ${latency} as latency from ${table}`;
  const from = client.prepare<[number], Row>(`${columns} where ${id} >= ? order by ${id} limit 1`);
  const last = client.prepare<[], number | null>(`select max(${id}) from ${table}`).pluck();
  return {
    end: () => (last.get() ?? 0) + 1,
    /** The first row with an id of at least `id`. */
    from: (id: number) => from.get(id) ?? null,
    /** The lowest id from `low` to `end` whose row is of `time` or later; `end` if there is none. */
    idAt: (time: number, low: number, end: number): number => {
      let high = end;
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        const row = from.get(middle);
        if (row === undefined || row.at >= time) high = middle;
        else low = row.id + 1;
      }
      return Math.min(low, end);
    },
  };
}

/** Rows that were taken out of the middle (a shop that was redacted) are counted still. */
export function traffic({ client }: Connection): Store['traffic'] {
  const receipts = logOf(client, 'webhook_receipts', 'rowid', 'received_at', '0');
  const attempts = logOf(client, 'attempts', 'id', 'at', 'latency_ms');

  function latencyOf(from: number, to: number): TrafficSpan['latencyMs'] {
    const step = Math.max(1, (to - from) / SAMPLE);
    const sample: number[] = [];
    for (let id = from; id < to; id += step) {
      const row = attempts.from(Math.floor(id));
      if (row !== null && row.id < to) sample.push(row.latency);
    }
    if (sample.length === 0) return null;
    sample.sort((a, b) => a - b);
    const at = (share: number) => sample[Math.min(sample.length - 1, Math.floor(sample.length * share))] ?? 0;
    return { median: at(0.5), p95: at(0.95) };
  }

  const read = client.transaction((from: number, spanMs: number, spans: number) => {
    const ends = { receipts: receipts.end(), attempts: attempts.end() };
    // The oldest row that is kept bounds the first search.
    let low = { receipts: receipts.from(0)?.id ?? ends.receipts, attempts: attempts.from(0)?.id ?? ends.attempts };
    const idsAt = (time: number) => ({
      receipts: receipts.idAt(time, low.receipts, ends.receipts),
      attempts: attempts.idAt(time, low.attempts, ends.attempts),
    });
    low = idsAt(from);
    return Array.from({ length: spans }, (_, index): TrafficSpan => {
      const first = low;
      const to = from + (index + 1) * spanMs;
      low = idsAt(to);
      return {
        from: to - spanMs,
        to,
        webhooks: low.receipts - first.receipts,
        attempts: low.attempts - first.attempts,
        latencyMs: latencyOf(first.attempts, low.attempts),
      };
    });
  });
  return operation((from, spanMs, spans) => read(from, spanMs, spans));
}
