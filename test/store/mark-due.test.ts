/** Marking an order due, whatever state its row is in: the same as the rule said in plain words. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { markDue, type Mark } from '../../src/store/mark-due.ts';
import { connect } from '../../src/store/open.ts';
import type { Lane } from '../../src/store/types.ts';
import { SHOP, tempPath } from './fixture.ts';

interface Row {
  due_at: number;
  held_until: number | null;
  lease_token: string | null;
  lane: Lane;
  delete_seen: number;
  reason: string;
  version: number;
}

/** The rule: the version grows; what is known is kept; without a lease the order is due now or at the end of its hold, unless it was to be earlier. */
function marked(row: Row, mark: Mark): Row {
  const held = mark.heldUntil !== null && mark.heldUntil > mark.markedAt ? mark.heldUntil : null;
  const heldUntil = row.held_until ?? held;
  const wanted = Math.max(mark.markedAt, heldUntil ?? 0);
  const earlier = row.lease_token === null && wanted < row.due_at;
  return {
    due_at: earlier ? wanted : row.due_at,
    held_until: heldUntil,
    lease_token: row.lease_token,
    lane: mark.lane === 'live' ? 'live' : row.lane,
    delete_seen: Math.max(row.delete_seen, mark.deletes ? 1 : 0),
    reason: earlier ? (held === null ? mark.reason : 'upsell') : row.reason,
    version: row.version + 1,
  };
}

const time = fc.integer({ min: 1, max: 5 });
const lane = fc.constantFrom<Lane>('live', 'historical');
const row = fc.record<Row>({
  due_at: time,
  held_until: fc.option(time),
  lease_token: fc.constantFrom(null, 'token'),
  lane,
  delete_seen: fc.constantFrom(0, 1),
  reason: fc.constant('before'),
  version: fc.integer({ min: 1, max: 9 }),
});
const mark = fc.record<Mark>({
  store: fc.constant(SHOP),
  orderId: fc.constant('1'),
  markedAt: time,
  heldUntil: fc.option(time),
  reason: fc.constant('orders/updated'),
  lane,
  deletes: fc.boolean(),
});

test('any mark on any row', () => {
  const connection = connect(tempPath());
  const { client } = connection;
  const put = client.prepare(
    `insert or replace into due_orders (store, order_id, due_at, held_until, reason, version, lease_token, attempts, first_due_at, lane, delete_seen)
     values ('${SHOP}', '1', @due_at, @held_until, @reason, @version, @lease_token, 3, 0, @lane, @delete_seen)`,
  );
  const look = client.prepare<[], Row>('select due_at, held_until, lease_token, lane, delete_seen, reason, version from due_orders');
  const apply = markDue(connection);
  client.pragma('synchronous = OFF');
  fc.assert(
    fc.property(row, mark, (before, made) => {
      put.run(before);
      apply(made);
      expect(look.all()).toEqual([marked(before, made)]);
    }),
    { numRuns: 3_000 },
  );
  client.close();
});
