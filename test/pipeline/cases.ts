/** Reads the golden cases: each file says what differs from `base.json` and what must come out. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Derivation, Facts, Previous } from '../../src/core/decision.ts';
import { toMinor } from '../../src/core/money.ts';
import type { Order } from '../../src/core/order.ts';
import type { RuleSettings } from '../../src/core/settings.ts';

const FOLDER = new URL('../../fixtures/', import.meta.url);

/** As in `Derivation`, with times written as ISO 8601 and without the trail. What is about subscriptions may be left out where there is nothing. */
export type Expected = Omit<Derivation, 'trail' | 'dueAgainAt'> & { dueAgainAt: string | null };

export interface Case {
  name: string;
  shows: string;
  order: Order;
  settings: RuleSettings;
  facts: Facts;
  expected: Expected;
}

type Without<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;

interface WrittenFacts {
  now: string;
  connectedAt: string;
  windowStart: string | null;
  previous: Without<Previous, 'subscription'> | null;
  earlierOrderKnown: boolean;
  waitedForJourney: boolean;
}

interface Written {
  shows: string;
  order?: object;
  settings?: object;
  facts?: object;
  expected: Without<Expected, 'subscription'>;
}

const base = read('base') as { order: Order; settings: RuleSettings; facts: WrittenFacts };

export function baseOrder(changes: object = {}): Order {
  return merged(base.order, changes) as Order;
}

export function baseSettings(changes: object = {}): RuleSettings {
  return merged(base.settings, changes) as RuleSettings;
}

export function baseFacts(changes: object = {}): Facts {
  const written = merged(base.facts, changes) as WrittenFacts;
  return {
    ...written,
    now: Date.parse(written.now),
    connectedAt: Date.parse(written.connectedAt),
    windowStart: written.windowStart === null ? null : Date.parse(written.windowStart),
    previous: written.previous && { subscription: null, ...written.previous },
  };
}

export function goldenCases(): Case[] {
  const names = readdirSync(FOLDER).filter((file) => file.endsWith('.json') && file !== 'base.json');
  return names.sort().map((file) => {
    const name = file.slice(0, -'.json'.length);
    const written = read(name) as Written;
    return {
      name,
      shows: written.shows,
      order: baseOrder(written.order),
      settings: baseSettings(written.settings),
      facts: baseFacts(written.facts),
      expected: { subscription: null, ...written.expected },
    };
  });
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));
}

/** An amount of an event in minor units; what is no number has none. */
export function minorOf(value: unknown, digits: number): bigint {
  if (typeof value !== 'number') throw new Error('an amount of an event must be a number');
  return toMinor(JSON.stringify(value), digits);
}

/** Objects are merged key by key; lists, texts and nulls replace what was there. */
function merged(under: unknown, over: unknown): unknown {
  if (!isObject(under) || !isObject(over)) return structuredClone(over);
  const result: Record<string, unknown> = structuredClone(under);
  for (const [key, value] of Object.entries(over)) result[key] = key in under ? merged(under[key], value) : structuredClone(value);
  return result;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
