/** Reads the states of an order one after the other, as sync and the ledger would. */
import type { Derivation, Facts, Previous } from '../../src/core/decision.ts';
import type { ConvergeEvent } from '../../src/core/event.ts';
import { derive } from '../../src/pipeline/index.ts';
import { baseFacts, baseSettings } from './cases.ts';
import type { Story } from './stories.ts';

const delayed = baseSettings({ upsellDelay: { enabled: true, minutes: 10 } });

/** What the ledger keeps of a derivation: total and lines of the Placed Order are fixed once one is written. */
export function recorded(before: Previous | null, derivation: Derivation): Previous {
  const placed = derivation.events.some(({ event_name }) => event_name === 'Placed Order');
  return {
    decision: derivation.decision,
    reason: derivation.reason,
    refunds: derivation.refunds,
    sentTotal: before?.sentTotal ?? (placed ? derivation.total : null),
    sentLines: before?.sentLines ?? derivation.sentLines,
    subscription: derivation.subscription,
  };
}

export function read(state: Story['states'][number], previous: Previous | null, settings = delayed): Derivation {
  const facts: Facts = { ...baseFacts(), now: state.at, previous };
  return derive(state.order, settings, facts);
}

export interface Life {
  /** Every event in the order it was derived. */
  written: ConvergeEvent[];
  /** Event id -> the first body under it. */
  events: Map<string, string>;
  /** Events with a known id and another body. */
  conflicts: number;
}

export function live(states: Story['states'], settings = delayed): Life {
  const life: Life = { written: [], events: new Map(), conflicts: 0 };
  let previous: Previous | null = null;
  for (const state of states) {
    const derivation = read(state, previous, settings);
    for (const event of derivation.events) {
      const body = JSON.stringify(event);
      const first = life.events.get(event.event_id) ?? body;
      if (first !== body) life.conflicts += 1;
      life.events.set(event.event_id, first);
      life.written.push(event);
    }
    previous = recorded(previous, derivation);
  }
  return life;
}
