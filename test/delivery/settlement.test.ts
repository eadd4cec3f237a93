/** What becomes of an event after an attempt: the retry schedule and its limits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/destinations/types.ts';
import { settlementOf, type Circumstances } from '../../src/delivery/settlement.ts';
import type { OutboxEvent } from '../../src/store/types.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-20T12:00:00Z');
const attempt = { at: NOW - 5, latencyMs: 5, status: 503, answer: 'busy' };
const later = (afterMs = 0): Outcome => ({ kind: 'retry', reason: 'Converge answered 503', afterMs });

function event(more: Partial<OutboxEvent> = {}): OutboxEvent {
  return {
    id: 1,
    store: 'main',
    destination: 'converge',
    eventId: '1',
    orderId: '1',
    sequence: 1,
    name: 'Placed Order',
    body: '{}',
    lane: 'live',
    state: 'pending',
    attempts: 0,
    createdAt: NOW - 5,
    firstAttemptAt: null,
    nextAttemptAt: null,
    settledAt: null,
    outcome: null,
    downMsBefore: null,
    ...more,
  };
}

const settle = (of: Partial<OutboxEvent>, outcome: Outcome, more: Partial<Circumstances> = {}) =>
  settlementOf(event(of), outcome, attempt, {
    now: NOW,
    random: 0.999_999,
    maxAgeHours: 72,
    settledMs: 1_000 * HOUR,
    downMs: 0,
    probe: false,
    outageMs: 0,
    ...more,
  });

function waitOf(attempts: number, outcome = later(), random = 0.999_999): number {
  const settlement = settle({ attempts }, outcome, { random });
  if (settlement.state !== 'retry') throw new Error(settlement.state);
  return settlement.nextAt - NOW;
}

describe('a failure that may pass', () => {
  it('waits up to 1 s, 2 s, 4 s … 15 min', () => {
    expect([0, 1, 2, 3, 8, 9, 10, 50, 5_000].map((attempts) => waitOf(attempts))).toEqual([
      1_000, 2_000, 4_000, 8_000, 256_000, 512_000, 900_000, 900_000, 900_000,
    ]);
  });

  it('waits a random part of that, and no less than it was asked to, up to 15 min', () => {
    fc.assert(
      fc.property(
        fc.nat(60),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.nat(2_000_000),
        (attempts, random, afterMs) => {
          const wait = waitOf(attempts, later(afterMs), random);
          const ceiling = Math.min(900_000, 1_000 * 2 ** attempts);
          const asked = Math.min(afterMs, 900_000);
          expect(wait).toBe(Math.max(Math.ceil(ceiling * random), asked));
          expect(Number.isInteger(wait)).toBe(true);
        },
      ),
    );
    expect(waitOf(0, later(Number.POSITIVE_INFINITY))).toBe(900_000);
  });

  it('is the end after maxAgeHours from the first attempt, however old the event was by then', () => {
    expect(settle({ createdAt: NOW - 500 * HOUR }, later()).state).toBe('retry');
    expect(settle({ firstAttemptAt: NOW - 72 * HOUR + 1 }, later()).state).toBe('retry');
    expect(settle({ firstAttemptAt: NOW - 72 * HOUR }, later())).toEqual({
      state: 'dead',
      outcome: 'Converge answered 503; given up after 72 h',
      attempt,
    });
    expect(settle({ firstAttemptAt: NOW - HOUR }, later(), { maxAgeHours: 0.5 }).state).toBe('dead');
  });

  it('does not count the time in which the destination was paused or down', () => {
    const old = { firstAttemptAt: NOW - 500 * HOUR, downMsBefore: 30 * HOUR };
    expect(settle(old, later(), { downMs: 459 * HOUR }).state).toBe('retry');
    expect(settle(old, later(), { downMs: 458 * HOUR }).state).toBe('dead');
    expect(settle({ ...old, downMsBefore: null }, later(), { downMs: 429 * HOUR }).state).toBe('retry');
  });

  it('ends nothing in the first hour after a start, however old it is', () => {
    const old = { firstAttemptAt: NOW - 500 * HOUR };
    expect(settle(old, later(), { settledMs: HOUR - 1 }).state).toBe('retry');
    expect(settle(old, later(), { settledMs: HOUR }).state).toBe('dead');
    expect(settle(old, later(), { settledMs: HOUR / 4, maxAgeHours: 0.25 }).state).toBe('dead');
  });

  it('as a probe keeps its place, and ends only in an outage that lasts longer than maxAgeHours itself', () => {
    const old = { firstAttemptAt: NOW - 500 * HOUR, nextAttemptAt: NOW - 499 * HOUR };
    const probe = (more: Partial<Circumstances>) => settle(old, later(), { probe: true, ...more });
    expect(probe({})).toMatchObject({ state: 'retry', nextAt: NOW - 499 * HOUR });
    expect(probe({ outageMs: 72 * HOUR - 1, downMs: 400 * HOUR })).toMatchObject({ state: 'retry', nextAt: NOW - 499 * HOUR });
    expect(probe({ outageMs: 72 * HOUR }).state).toBe('dead');
    expect(settle({ firstAttemptAt: NOW - HOUR }, later(), { probe: true, outageMs: 90 * HOUR }).state).toBe('retry');
  });
});

it('a refusal of the event is the end of it; a refusal of everything is not, whatever its age', () => {
  expect(settle({}, { kind: 'reject', reason: 'refused (422)' })).toEqual({ state: 'dead', outcome: 'refused (422)', attempt });
  expect(settle({ firstAttemptAt: NOW - 500 * HOUR }, { kind: 'pause', reason: 'token (401)' })).toEqual({
    state: 'retry',
    nextAt: NOW - 5,
    outcome: 'token (401)',
    attempt,
  });
  expect(settle({ firstAttemptAt: NOW - 500 * HOUR }, { kind: 'delivered' })).toEqual({ state: 'delivered', attempt });
});
