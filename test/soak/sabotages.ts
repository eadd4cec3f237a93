/** Ways to break a promise by a line or two, and the tests that must notice. */

export interface Sabotage {
  name: string;
  /** What would go wrong in a shop. */
  breaks: string;
  edits: { file: string; from: string; to: string }[];
  /** Test files, at least one of which must fail. */
  tests: string[];
}

const one = (name: string, breaks: string, file: string, from: string, to: string, ...tests: string[]): Sabotage => ({
  name,
  breaks,
  edits: [{ file, from, to }],
  tests,
});

export const SABOTAGES: Sabotage[] = [
  one(
    'acknowledge before the commit',
    'a webhook whose commit fails, or that a crash comes before, is lost',
    'src/receiver/intake.ts',
    'result: await accept(signal) };',
    'result: (void accept(signal).catch(() => {}), { duplicate: false, redacted: null }) };',
    'test/receiver/receiver.test.ts',
    'test/receiver/store.test.ts',
  ),
  one(
    'commits without fsync, checked at start',
    'the power goes and acknowledged webhooks with it',
    'src/store/open.ts',
    "client.pragma('synchronous = FULL');",
    "client.pragma('synchronous = NORMAL');",
    'test/store/open.test.ts',
  ),
  {
    name: 'commits without fsync, and no check',
    breaks: 'the same, and nobody notices',
    edits: [
      { file: 'src/store/open.ts', from: "client.pragma('synchronous = FULL');", to: "client.pragma('synchronous = NORMAL');" },
      { file: 'src/store/open.ts', from: 'const SYNCHRONOUS_FULL = 2;', to: 'const SYNCHRONOUS_FULL = 1;' },
    ],
    tests: ['test/store/open.test.ts', 'test/soak/power-cuts.soak.test.ts'],
  },
  one(
    'no dedupe of webhooks',
    'the same delivery is taken twice',
    'src/store/accept-signals.ts',
    'if (changes === 0) return { duplicate: true, redacted: null };',
    'if (changes < 0) return { duplicate: true, redacted: null };',
    'test/store/signals.test.ts',
    'test/receiver/store.test.ts',
  ),
  one(
    'HMAC compared as strings',
    'its time tells how much of a forged signature is right',
    'src/shopify/hmac.ts',
    'matched = timingSafeEqual(expected, given) || matched;',
    'matched = expected.toString() === given.toString() || matched;',
    'test/shopify/hmac.test.ts',
  ),
  one(
    'HMAC compared by its beginning',
    'half a signature is as good as a whole one',
    'src/shopify/hmac.ts',
    'timingSafeEqual(expected, given)',
    'timingSafeEqual(expected.subarray(0, 22), given.subarray(0, 22))',
    'test/shopify/hmac.test.ts',
  ),
  one(
    'lanes without fencing',
    'a worker that was paused overwrites what its successor recorded',
    'src/store/settle.ts',
    'if (holder.get(lane)?.leaseToken !== claim.leaseToken) return false;',
    'if (holder.get(lane) === undefined) return false;',
    'test/store/lanes.test.ts',
  ),
  one(
    'due orders without fencing',
    'a read that was overtaken by a newer one is written over it',
    'src/store/due-rows.ts',
    'if (found?.leaseToken !== leaseToken) return null;',
    'if (found === undefined) return null;',
    'test/store/sync.test.ts',
  ),
  one(
    'claim in any order',
    'the oldest event waits for the youngest',
    'src/store/claim-lanes.ts',
    '.orderBy(asc(lanes.nextAt))',
    '.orderBy(asc(lanes.orderId))',
    'test/store/lanes.test.ts',
    'test/delivery/delivery.test.ts',
  ),
  one(
    'events of a lane in any order',
    'a refund is delivered before its order',
    'src/store/claim-lanes.ts',
    '.orderBy(asc(events.sequence))',
    '.orderBy(asc(events.body))',
    'test/store/lanes.test.ts',
  ),
  one(
    'a second Placed Order',
    'an order that was sent is sent again, with what it is by then',
    'src/pipeline/placed-order.ts',
    'event_id: String(order.id),',
    'event_id: `${order.id}-${order.updatedAt}`,',
    'test/pipeline/golden.test.ts',
    'test/pipeline/derive.property.test.ts',
  ),
  one(
    'a change during the read is forgotten',
    'a refund that came while its order was being read is never seen',
    'src/store/due-rows.ts',
    'changed: found.version !== version,',
    'changed: false,',
    'test/store/sync.test.ts',
  ),
  one(
    'leases of a dead process are kept',
    'after a crash its work waits until the leases run out',
    'src/store/lock-daemon.ts',
    'const poison = free(now, died);',
    'const poison: ReturnType<typeof free> = [];',
    'test/store/lock.test.ts',
  ),
];
