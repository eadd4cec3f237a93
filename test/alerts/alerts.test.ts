/** An alert is told once when it begins and once when it is over: over restarts, through failures of who is told, and holding up nothing. */
import { expect, it } from 'vitest';
import { counts } from '../cli/double.ts';
import { MINUTE, SHOP, T0 } from '../store/fixture.ts';
import { receiver, startAlerts, well } from './running.ts';

const dead = () => well({ counts: counts({ events: { pending: 0, delivered: 0, dead: 2, discarded: 0 } }) });
const paused = (pausedAt = T0) =>
  well({
    destinations: [
      {
        store: SHOP,
        destination: 'converge',
        pausedAt,
        cause: 'refused',
        reason: 'it answered 401 <!channel> & more',
        probeAt: null,
        probes: 0,
        lastDeliveredAt: null,
        resumedAt: null,
        downMs: 0,
      },
    ],
  });
/** Keeps Shopify asked, so that time alone brings no alert. */
const at = (standing: ReturnType<typeof well>, now: number) => ({ ...standing, row: { ...standing.row!, reconciledAt: now } });

it('is told once when it begins and once when it is over, not every minute', async () => {
  const to = await receiver();
  const run = await startAlerts(to.url);
  run.stand(dead());
  await run.pass(10);
  expect(to.messages).toEqual([
    {
      text: expect.stringMatching(/^\[main\] Dead letters, events that could not be delivered: 2\. dead-letters list/),
      alert: {
        id: `main/dead_letters//${T0 + 30_000}`,
        state: 'open',
        store: 'main',
        kind: 'dead_letters',
        subject: null,
        openedAt: '2026-11-20T12:00:30.000Z',
        overAt: null,
        details: { events: 2, orders: 0, blocked: 0 },
      },
    },
  ]);
  run.stand(at(well(), run.clock.now()));
  await run.pass(10);
  expect(to.messages).toHaveLength(2);
  expect(to.messages[1]).toMatchObject({
    text: expect.stringMatching(/^\[main\] Over after 1[23] min: dead letters\. It was: /),
    alert: { id: to.messages[0]?.alert.id, state: 'over', overAt: expect.any(String) },
  });
  expect(await run.store.listAlerts()).toEqual([]);
});

it('survives restarts: neither its beginning nor its end is told twice or forgotten', async () => {
  const to = await receiver();
  const first = await startAlerts(to.url);
  first.stand(paused());
  await first.pass(1);
  await first.store.close();

  const second = await startAlerts(to.url, first.path, first.clock);
  second.stand(paused());
  await second.pass(3);
  expect(to.messages.map(({ alert }) => [alert.kind, alert.subject, alert.state])).toEqual([['paused', 'converge', 'open']]);
  second.stand(well());
  await second.pass(1);
  await second.store.close();

  // The time in which the reason was gone counts on.
  const third = await startAlerts(to.url, first.path, first.clock);
  third.stand(well());
  await third.pass(2);
  expect(to.messages.map(({ alert }) => alert.state)).toEqual(['open', 'over']);
  await third.store.close();

  const fourth = await startAlerts(to.url, first.path, first.clock);
  fourth.stand(at(well(), fourth.clock.now()));
  await fourth.pass(5);
  expect(to.messages).toHaveLength(2);
});

it('is told again when who is told fails, with growing pauses, until it is taken', async () => {
  const to = await receiver();
  const run = await startAlerts(to.url);
  to.answer(500);
  run.stand(dead());
  await run.pass(20);
  expect(to.messages).toEqual([]);
  const tries = to.answered.length;
  expect(tries).toBeGreaterThan(3);
  expect(tries).toBeLessThan(15);
  expect(await run.open()).toEqual(['dead_letters']);
  to.answer(204);
  await run.pass(16);
  expect(to.messages.map(({ alert }) => alert.state)).toEqual(['open']);
  expect(run.lines.join('')).not.toContain('canary-path');
});

it('whose end cannot be told yet is told when it can; what came back before never ended', async () => {
  const to = await receiver();
  const run = await startAlerts(to.url);
  run.stand(dead());
  await run.pass(1);
  to.answer(503);
  run.stand(well());
  await run.pass(5);
  run.stand(at(dead(), run.clock.now()));
  await run.pass(1);
  to.answer(200);
  await run.pass(10);
  expect(to.messages.map(({ alert }) => alert.state)).toEqual(['open']);
  expect(await run.open()).toEqual(['dead_letters']);
  to.answer(503);
  run.stand(at(well(), run.clock.now()));
  await run.pass(5);
  expect(await run.open()).toEqual([]);
  to.answer(200);
  await run.pass(15);
  expect(to.messages.map(({ alert }) => alert.state)).toEqual(['open', 'over']);
});

it('that was over before anybody could be told is told to nobody', async () => {
  const to = await receiver();
  const run = await startAlerts(to.url);
  to.answer(500);
  run.stand(dead());
  await run.pass(1);
  run.stand(well());
  await run.pass(4);
  to.answer(200);
  await run.pass(5);
  expect(to.messages).toEqual([]);
});

it('does not end in the moment between two failures', async () => {
  const to = await receiver();
  const run = await startAlerts(to.url);
  for (let turn = 0; turn < 10; turn += 1) {
    run.stand(turn % 2 === 0 ? at(paused(), run.clock.now()) : at(well(), run.clock.now()));
    await run.pass(1);
  }
  expect(to.messages.map(({ alert }) => alert.state)).toEqual(['open']);
});

it('without an address is kept and shown, and told as soon as there is one', async () => {
  const run = await startAlerts(null);
  run.stand(dead());
  await run.pass(1);
  expect(await run.open()).toEqual(['dead_letters']);
  await run.store.close();
  const to = await receiver();
  const later = await startAlerts(to.url, run.path, run.clock);
  later.stand(dead());
  await later.pass(1);
  expect(to.messages).toHaveLength(1);
});

it('of a store that is taken out of the config is over', async () => {
  const to = await receiver();
  const run = await startAlerts(to.url);
  run.stand(dead());
  await run.pass(1);
  run.stand();
  await run.pass(3);
  expect(to.messages.map(({ alert }) => alert.state)).toEqual(['open', 'over']);
});

it('makes no mention and no link in a chat of what an endpoint answered', async () => {
  const to = await receiver();
  const run = await startAlerts(to.url);
  run.stand(paused());
  await run.look();
  expect(to.messages[0]?.text).toMatch(
    /Nothing can be delivered to converge, for less than a minute: it answered 401 {2}!channel {2}& more\./,
  );
});

it('is waited for no longer than its time-out when nobody answers', async () => {
  const to = await receiver();
  const run = await startAlerts(to.url);
  to.answer('hangs');
  run.stand(dead());
  await run.look();
  expect(await run.store.listAlerts()).toEqual([expect.objectContaining({ attempts: 1, toldAt: null, nextAttemptAt: T0 + MINUTE / 2 })]);
});
