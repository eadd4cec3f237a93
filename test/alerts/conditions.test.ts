/** When each alert is raised, when it is not yet, and what keeps an open one open. */
import { describe, expect, it } from 'vitest';
import { conditionsOf, type Standing } from '../../src/alerts/conditions.ts';
import type { AuditRecord, DestinationState } from '../../src/store/types.ts';
import { counts, row } from '../cli/double.ts';
import { MINUTE, SHOP, T0 } from '../store/fixture.ts';
import { well } from './running.ts';

const HOUR = 60 * MINUTE;
/** The daemon has run for a day, and Shopify was asked a moment ago. */
const later = (more: Partial<Standing> = {}) =>
  well({ now: T0 + 24 * HOUR, row: row({ name: SHOP, reconciledAt: T0 + 24 * HOUR - MINUTE }), ...more });
const now = T0 + 24 * HOUR;
const raised = (standing: Standing) => conditionsOf(standing).flatMap(({ kind, raises }) => (raises ? [kind] : []));
const held = (standing: Standing) => conditionsOf(standing).map(({ kind }) => kind);

const signs = (more: Partial<Standing['signs']>) => ({ oldestEventAt: null, oldestDueAt: null, failingSince: null, ...more });
const destination = (more: Partial<DestinationState>): DestinationState => ({
  store: SHOP,
  destination: 'converge',
  pausedAt: null,
  cause: null,
  reason: 'it answered 401',
  probeAt: null,
  probes: 0,
  lastDeliveredAt: null,
  resumedAt: null,
  downMs: 0,
  ...more,
});
const record = (more: Partial<AuditRecord>): AuditRecord => ({
  store: SHOP,
  at: now,
  since: '2026-11-14',
  until: '2026-11-20',
  shopify: 10,
  accounted: 9,
  differing: 1,
  differingSince: null,
  named: [{ orderId: '1', name: '#1001', day: '2026-11-20', kind: 'missing' }],
  ...more,
});

it('nothing is raised while all is well', () => {
  expect(held(well())).toEqual([]);
  expect(held(later())).toEqual([]);
  expect(held(later({ topics: ['ORDERS_CREATE'] }))).toEqual([]);
});

describe.each<[string, (age: number) => Partial<Standing>, number]>([
  ['undelivered', (age) => ({ signs: signs({ oldestEventAt: now - age }) }), 15 * MINUTE],
  ['unread', (age) => ({ signs: signs({ oldestDueAt: now - age }) }), 15 * MINUTE],
  ['unread', (age) => ({ signs: signs({ failingSince: now - age }) }), 15 * MINUTE],
  // Also on a quiet store: three looks of Shopify were due.
  ['unread', (age) => ({ row: row({ reconciledAt: now - age }) }), 45 * MINUTE],
  ['unread', (age) => ({ row: row({ reconciledAt: null, firstConnectedAt: now - age }) }), 45 * MINUTE],
  ['paused', (age) => ({ destinations: [destination({ pausedAt: now - age, cause: 'down' })] }), 15 * MINUTE],
])('%s', (kind, standing, allowed) => {
  it(`is raised after ${allowed / MINUTE} minutes`, () => {
    expect(raised(later(standing(allowed - 1)))).toEqual([]);
    expect(raised(later(standing(allowed)))).toEqual([kind]);
  });

  it('is not raised by what waited while the daemon did not run, which keeps an open alert open', () => {
    const restarted = later({ ...standing(allowed + HOUR), startedAt: now - MINUTE });
    expect(raised(restarted)).toEqual([]);
    expect(held(restarted)).toEqual([kind]);
  });
});

it('a destination that refuses is told at once, one alert for each', () => {
  const both = ['converge', 'convead'].map((name) => destination({ destination: name, pausedAt: now, cause: 'refused' }));
  expect(conditionsOf(later({ destinations: both })).map(({ kind, subject, raises }) => [kind, subject, raises])).toEqual([
    ['paused', 'converge', true],
    ['paused', 'convead', true],
  ]);
});

it('dead letters are told at once, events and orders', () => {
  const dead = { pending: 0, delivered: 0, dead: 1, discarded: 0 };
  expect(raised(later({ counts: counts({ events: dead }) }))).toEqual(['dead_letters']);
  expect(raised(later({ counts: counts({ deadOrders: 1 }) }))).toEqual(['dead_letters']);
});

it('a difference is told when a second audit still finds it', () => {
  expect(raised(later({ audit: record({ differing: 0 }) }))).toEqual([]);
  expect(raised(later({ audit: record({ differingSince: now }) }))).toEqual([]);
  const [condition] = conditionsOf(later({ audit: record({ differingSince: now - 15 * MINUTE }) }));
  expect(condition).toMatchObject({ kind: 'difference', raises: true, summary: expect.stringContaining('#1001') });
});

it('a store that is not connected is told: at once when Shopify refuses it, after a while when it never was; not when the user wanted it', () => {
  const lost = row({ state: 'disconnected', stateReason: 'app_not_installed' });
  expect(raised(later({ row: lost }))).toEqual(['disconnected']);
  expect(raised(well({ row: null, now: T0 + 4 * MINUTE }))).toEqual([]);
  expect(raised(well({ row: null, now: T0 + 5 * MINUTE }))).toEqual(['disconnected']);
  expect(held(later({ row: lost, byUser: true, counts: counts({ deadOrders: 1 }) }))).toEqual([]);
});

it('subscriptions that Shopify refuses are told, not those nobody looked for yet', () => {
  const topics = ['ORDERS_CREATE', 'ORDERS_UPDATED', 'REFUNDS_CREATE'];
  const missing = conditionsOf(later({ topics }));
  expect(missing).toEqual([
    expect.objectContaining({ kind: 'subscriptions', raises: true, summary: expect.stringContaining('(REFUNDS_CREATE)') }),
  ]);
  expect(held(later({ topics, row: row({ reconciledAt: now, subscriptionsCheckedAt: null, subscriptions: [] }) }))).toEqual([]);
});
