/** What went in and out lately, by time, in a bounded number of point reads: row ids grow with time, so a time is found by halving them. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import type { Store, TrafficSpan } from './types.ts';

const SAMPLE = 20;

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

  /** Up to where the spans begin and end: nothing before the oldest row that is kept is looked for. */
  const bounds = operation(() => {
    const ends = { receipts: receipts.end(), attempts: attempts.end() };
    return { ends, low: { receipts: receipts.from(0)?.id ?? ends.receipts, attempts: attempts.from(0)?.id ?? ends.attempts } };
  });
  type Ids = Awaited<ReturnType<typeof bounds>>['ends'];
  const idsAt = operation((time: number, low: Ids, ends: Ids) => ({
    receipts: receipts.idAt(time, low.receipts, ends.receipts),
    attempts: attempts.idAt(time, low.attempts, ends.attempts),
  }));
  const latency = operation(latencyOf);

  return async (from, spanMs, spans) => {
    const { ends, low } = await bounds();
    const found: TrafficSpan[] = [];
    let first = await idsAt(from, low, ends);
    // A span at a time, so that the receiver gets its turn in between, on a disk that has to be read too.
    for (let to = from + spanMs; found.length < spans; to += spanMs) {
      const next = await idsAt(to, first, ends);
      const webhooks = next.receipts - first.receipts;
      const posts = next.attempts - first.attempts;
      found.push({ from: to - spanMs, to, webhooks, attempts: posts, latencyMs: await latency(first.attempts, next.attempts) });
      first = next;
      await nextTurn();
    }
    return found;
  };
}
