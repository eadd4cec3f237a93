/** `dead-letters`: what it prints, what it asks for, and its exit codes. */
import { describe, expect, it } from 'vitest';
import { discardDeadLetters, listDeadLetters, replayDeadLetters } from '../../src/cli/dead-letters.ts';
import { showDeadLetter } from '../../src/cli/dead-letters-show.ts';
import type { DeadLetter, DeadLetterFilter, DeadLetterResult, DeadLetterSelection } from '../../src/store/types.ts';
import { NOW, screen, status } from './double.ts';

const MINUTE = 60_000;

function letter(more: Partial<DeadLetter> = {}): DeadLetter {
  return {
    id: '7',
    kind: 'event',
    state: 'dead',
    store: 'main',
    orderId: '5001',
    orderName: '#1001',
    destination: 'converge',
    eventId: '5001',
    name: 'Placed Order',
    attempts: 1,
    createdAt: NOW - 5 * MINUTE,
    setAsideAt: NOW - 3 * MINUTE,
    reason: 'Converge refused the event (422)',
    blocked: 2,
    ...more,
  };
}

const order = letter({
  id: 'order:5002',
  kind: 'order',
  orderId: '5002',
  orderName: null,
  destination: null,
  eventId: null,
  name: null,
  attempts: 290,
  reason: 'SYNC_NOT_DERIVED',
  blocked: 0,
});

const of = (id: string, outcome: DeadLetterResult['outcome'], found: DeadLetter | null = null) => ({ id, outcome, letter: found });

/** Remembers what it was asked. */
function app(results: DeadLetterResult[] = [], daemon = true) {
  const asked: (DeadLetterSelection | (DeadLetterFilter & { limit: number }))[] = [];
  const reasons: string[] = [];
  return {
    asked,
    reasons,
    status: async () => status(),
    listDeadLetters: async (filter: DeadLetterFilter & { limit: number }) => {
      asked.push(filter);
      return results.flatMap((result) => result.letter ?? []);
    },
    replayDeadLetters: async (selection: DeadLetterSelection) => {
      asked.push(selection);
      return { results, daemon };
    },
    discardDeadLetters: async (selection: DeadLetterSelection, reason: string) => {
      asked.push(selection);
      reasons.push(reason);
      return { results, daemon };
    },
  };
}

describe('list', () => {
  it('is a table', async () => {
    const on = screen();
    expect(await listDeadLetters(app([of('7', 'done', letter()), of('', 'done', order)]), { limit: 50 }, on)).toBe(0);
    expect(on.text()).toBe(
      `id          store  order  what            event id  to        set aside  attempts  blocks  reason
7           main   #1001  Placed Order    5001      converge  3 min ago  1         2       Converge refused the event (422)
order:5002  main   5002   order not read  -         -         3 min ago  290       -       SYNC_NOT_DERIVED`,
    );
  });

  it('is JSON, with times', async () => {
    const on = screen({ json: true });
    await listDeadLetters(app([of('', 'done', order)]), { limit: 50 }, on);
    expect(on.data()).toMatchObject([{ id: 'order:5002', kind: 'order', setAsideAt: '2026-11-20T11:57:00.000Z' }]);
  });

  it('hands its filters on and says what is empty or cut off', async () => {
    const none = app();
    const on = screen();
    await listDeadLetters(none, { limit: 3, store: 'main', order: '#1', name: 'Placed Order', since: '30m', discarded: true }, on);
    expect(none.asked).toEqual([
      { limit: 3, store: 'main', order: '#1', name: 'Placed Order', since: NOW - 30 * MINUTE, state: 'discarded' },
    ]);
    expect(on.text()).toBe('Nothing that was discarded matches.');
    const cut = screen();
    await listDeadLetters(app([of('7', 'done', letter())]), { limit: 1 }, cut);
    expect(cut.text()).toContain('The newest 1; --limit shows more.');
  });
});

describe('show', () => {
  const shown = {
    letter: letter({ eventId: '50\u001b[2J01' }),
    body: '{"event_id":"5001"}',
    attempts: [{ at: NOW - 4 * MINUTE, latencyMs: 12, status: 422, answer: 'bad\ncurrency' }],
    trail: ['not excluded'],
    behind: [{ id: 8, eventId: 'refund-1', name: 'Received Refund' }],
  };

  it('prints all of it, harmless', async () => {
    const on = screen();
    expect(await showDeadLetter({ showDeadLetter: async () => shown }, '7', on)).toBe(0);
    expect(on.text()).toBe(`Placed Order
  id         7
  event id   50\\u001b[2J01
  store      main
  order      #1001 (5001)
  to         converge
  reason     Converge refused the event (422)
  set aside  2026-11-20 11:57:00 UTC (3 min ago)
  written    2026-11-20 11:55:00 UTC
  attempts   1

Blocked behind it
  8  refund-1  Received Refund

Why
  not excluded

Attempts
  2026-11-20 11:56:00 UTC  422  12 ms  bad currency

Body
{
  "event_id": "5001"
}

Next: dead-letters replay 7, or dead-letters discard 7 --reason TEXT.`);
  });

  it('of an order has neither body nor attempts, and what does not exist is named', async () => {
    const on = screen();
    await showDeadLetter({ showDeadLetter: async () => ({ letter: order, body: null, attempts: [], trail: [], behind: [] }) }, 'x', on);
    expect(on.text()).toContain('Order that could not be read or derived');
    expect(on.text()).not.toMatch(/Body|Attempts\n/);
    await expect(showDeadLetter({ showDeadLetter: async () => null }, 'x', on)).rejects.toMatchObject({
      code: 'CLI_DEAD_LETTER_NOT_FOUND',
    });
  });

  it('is JSON with the body as data', async () => {
    const on = screen({ json: true });
    await showDeadLetter({ showDeadLetter: async () => shown }, '7', on);
    expect(on.data()).toMatchObject({ letter: { id: '7' }, body: { event_id: '5001' }, attempts: [{ status: 422 }] });
  });
});

describe('replay and discard', () => {
  it('say what was done, and name what was not: exit code 3', async () => {
    const on = screen();
    const asked = app([of('7', 'done', letter()), of('order:5002', 'done', order), of('nobody', 'not_found'), of('9', 'not_dead')]);
    expect(await replayDeadLetters(asked, ['7', 'order:5002', 'nobody', '9'], {}, on)).toBe(3);
    expect(asked.asked).toEqual([{ ids: ['7', 'order:5002', 'nobody', '9'], store: undefined }]);
    expect(on.text()).toBe('1 event and 1 order put back. The daemon takes them up now.');
    expect(on.failed).toEqual([
      'nobody  there is no dead letter of that id: dead-letters list prints the ids',
      '9  is not a dead letter: events show tells how it stands',
    ]);
    expect(await replayDeadLetters(app([of('nobody', 'not_found')]), ['nobody'], {}, screen())).toBe(1);
    expect(await replayDeadLetters(app([of('7', 'done', letter())]), ['7'], {}, screen())).toBe(0);
  });

  it('take all, or what a filter matches, of which nothing may be left', async () => {
    const all = app([], false);
    const on = screen();
    expect(await replayDeadLetters(all, [], { all: true }, on)).toBe(0);
    expect(on.text()).toBe('No dead letter matches.');
    expect(await replayDeadLetters(all, [], { store: 'main', kind: 'order' }, screen())).toBe(0);
    expect(all.asked).toEqual([{ filter: {} }, { filter: { store: 'main', kind: 'order' } }]);
  });

  it.each([
    [[], {}],
    [['7'], { all: true }],
    [['7'], { order: '#1001' }],
  ])('refuse %j with %j', async (ids, options) => {
    await expect(replayDeadLetters(app(), ids, options, screen())).rejects.toMatchObject({ code: 'CLI_USAGE' });
  });

  it('want a reason for a discard, and say what goes on', async () => {
    const asked = app([of('7', 'done', letter())]);
    const on = screen();
    expect(await discardDeadLetters(asked, ['7'], { reason: ' a test order ' }, on)).toBe(0);
    expect(asked.reasons).toEqual(['a test order']);
    expect(on.text()).toBe('1 event discarded. 2 events behind them can go on.');
    await expect(discardDeadLetters(asked, ['7'], { reason: ' ' }, on)).rejects.toMatchObject({ code: 'CLI_USAGE' });
  });

  it('answer in JSON', async () => {
    const on = screen({ json: true });
    expect(await replayDeadLetters(app([of('7', 'done', letter()), of('x', 'not_found')]), ['7', 'x'], {}, on)).toBe(3);
    expect(on.data()).toEqual({
      daemon: true,
      done: 1,
      results: [
        { id: '7', outcome: 'done', letterId: '7', store: 'main', orderId: '5001', eventId: '5001' },
        { id: 'x', outcome: 'not_found', letterId: null, store: null, orderId: null, eventId: null },
      ],
    });
  });
});
