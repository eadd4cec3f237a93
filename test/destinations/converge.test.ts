/** What is sent to Converge, and what its answers mean. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createConverge } from '../../src/destinations/converge/converge.ts';
import { retryAfterMs } from '../../src/destinations/retry-after.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const converge = createConverge({ endpoint: 'https://app.runconverge.com/api/webhooks', token: 'secret' });
const classify = (status: number, headers: Record<string, string> = {}) => converge.classify({ status, headers }, NOW);

describe('the request', () => {
  it('is the stored JSON, byte for byte, to the endpoint', () => {
    fc.assert(
      fc.property(fc.json(), (event) => {
        expect(converge.encode(event)).toEqual({
          url: 'https://app.runconverge.com/api/webhooks',
          method: 'POST',
          headers: { 'content-type': 'application/json', 'user-agent': 'shopify-converge', 'x-webhook-token': 'secret' },
          body: event,
        });
      }),
    );
  });

  it('has no token header without a token', () => {
    const request = createConverge({ endpoint: 'https://example.com/hook' }).encode('{}');
    expect('headers' in request && Object.keys(request.headers)).toEqual(['content-type', 'user-agent']);
  });
});

describe('an answer', () => {
  it.each([200, 201, 202, 204, 299])('of %i means delivered', (status) => {
    expect(classify(status)).toEqual({ kind: 'delivered' });
  });

  it.each([408, 425, 429, 500, 502, 503, 504, 599, 600, 999])('of %i means later', (status) => {
    expect(classify(status)).toEqual({ kind: 'retry', reason: `Converge answered ${status}`, afterMs: 0 });
  });

  it.each([
    [401, 'converge.token'],
    [403, 'converge.token'],
    [404, 'converge.endpoint'],
    [410, 'converge.endpoint'],
  ])('of %i means that nothing will be accepted, and names %s', (status, setting) => {
    const outcome = classify(status);
    expect(outcome.kind).toBe('pause');
    expect(outcome.kind === 'pause' && outcome.reason).toContain(setting);
    expect(outcome.kind === 'pause' && outcome.reason).toContain(String(status));
  });

  it.each([300, 301, 302, 304, 307, 308])('of %i, a redirect that is not followed, says where to put the final address', (status) => {
    expect(classify(status)).toMatchObject({ kind: 'pause', reason: expect.stringContaining('converge.endpoint') as string });
  });

  it.each([400, 402, 405, 406, 409, 411, 413, 415, 418, 422, 431, 451, 499])('of %i means that this event never will', (status) => {
    const outcome = classify(status);
    expect(outcome.kind).toBe('reject');
    expect(outcome.kind === 'reject' && outcome.reason).toContain(String(status));
  });

  it('of every other number still means one of the four', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 999 }), (status) => {
        expect(['delivered', 'retry', 'pause', 'reject']).toContain(classify(status).kind);
        expect(classify(status).kind === 'delivered').toBe(status >= 200 && status < 300);
      }),
    );
  });

  it('that is missing means later, except when the request could not be made', () => {
    expect(converge.classify({ status: null, kind: 'timeout', message: 'no answer within 15 s' }, NOW)).toEqual({
      kind: 'retry',
      reason: 'no answer within 15 s',
      afterMs: 0,
    });
    expect(converge.classify({ status: null, kind: 'invalid', message: 'the address is not a URL' }, NOW)).toEqual({
      kind: 'pause',
      reason: 'the address is not a URL: check converge.endpoint and converge.token',
    });
  });

  it('says when to come back', () => {
    expect(classify(429, { 'retry-after': '120' })).toMatchObject({ kind: 'retry', afterMs: 120_000 });
    expect(classify(503, { 'retry-after': 'Fri, 20 Nov 2026 12:05:00 GMT' })).toMatchObject({ kind: 'retry', afterMs: 300_000 });
  });
});

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['1', 1_000],
    [' 30 ', 30_000],
    ['Fri, 20 Nov 2026 12:00:01 GMT', 1_000],
    ['Fri, 20 Nov 2026 11:59:59 GMT', 0],
    ['Friday, 20-Nov-26 12:01:00 GMT', 60_000],
    ['', 0],
    ['-1', 0],
    ['1.5', 0],
    ['soon', 0],
    ['2026-11-20T13:00:00Z', 0],
    ['GMT', 0],
    [' GMT', 0],
  ])('%j is %i ms', (header, ms) => {
    expect(retryAfterMs(header, NOW)).toBe(ms);
  });

  it('is 0 without one, and the first of many', () => {
    expect(retryAfterMs(undefined, NOW)).toBe(0);
    expect(retryAfterMs([], NOW)).toBe(0);
    expect(retryAfterMs(['2', '9'], NOW)).toBe(2_000);
  });

  it('is never negative and never not a number', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.nat().map(String),
          fc.date().map(String),
          fc.string().map((s) => `${s} GMT`),
        ),
        (header) => {
          expect(retryAfterMs(header, NOW)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
    expect(retryAfterMs('9'.repeat(400), NOW)).toBe(Number.POSITIVE_INFINITY);
  });
});
