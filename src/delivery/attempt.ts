/** One attempt: posts an event once and says what becomes of it. */
import type { Destination, Outcome } from '../destinations/types.ts';
import type { Clock } from '../platform/clock.ts';
import type { Http } from '../platform/http.ts';
import type { Attempt, OutboxEvent, Settlement } from '../store/types.ts';
import { settlementOf, type Circumstances } from './settlement.ts';

export interface Tried {
  outcome: Outcome;
  settlement: Settlement;
  /** As it was when the answer came. */
  downMs: number;
}

export interface AttemptOptions {
  destination: Destination;
  http: Pick<Http, 'send'>;
  maxAgeHours: number;
  /** For how long the process delivers without a gap. */
  settledMs: () => number;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
}

const ANSWER_BYTES = 1024;

/** Never rejects for what the network does; the event's stored body is sent as it is. */
export function createAttempt(
  options: AttemptOptions,
): (event: OutboxEvent, probe: boolean, standing: () => Pick<Circumstances, 'downMs' | 'outageMs'>) => Promise<Tried> {
  const { destination, http, maxAgeHours, clock, random } = options;

  async function post(event: OutboxEvent): Promise<{ outcome: Outcome; attempt: Attempt }> {
    const at = clock.now();
    if (event.body === null) return { outcome: { kind: 'reject', reason: 'its body is no longer kept' }, attempt: nothingSent(at) };
    const request = destination.encode(event.body);
    if ('kind' in request) return { outcome: request, attempt: nothingSent(at) };
    const answer = await http.send(request);
    const now = clock.now();
    const text = answer.status === null ? answer.message : answer.text;
    const attempt = { at, latencyMs: Math.max(0, now - at), status: answer.status, answer: startOf(text) };
    return { outcome: destination.classify(answer, now), attempt };
  }

  return async (event, probe, standing) => {
    const { outcome, attempt } = await post(event);
    const now = clock.now();
    const stands = standing();
    const circumstances = { ...stands, probe, now, random: random(), maxAgeHours, settledMs: options.settledMs() };
    return { outcome, settlement: settlementOf(event, outcome, attempt, circumstances), downMs: stands.downMs };
  };
}

function nothingSent(at: number): Attempt {
  return { at, latencyMs: 0, status: null, answer: null };
}

/** The first 1 KB, not ending within a character. */
function startOf(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= ANSWER_BYTES) return text;
  return bytes
    .subarray(0, ANSWER_BYTES)
    .toString()
    .replace(/\uFFFD$/, '');
}
