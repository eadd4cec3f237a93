/** What remains of a derivation once it is asked which destinations the store has. Pure. */
import type { Derivation } from '../core/decision.ts';
import type { Taker } from '../store/types.ts';

/**
 * Without the events that no destination takes. A refund among them is accounted for as excluded: it is derived again when the order changes, and sent if something takes
 * it by then. The event of a subscription is not: it repeats the Placed Order, which went elsewhere.
 */
export function takenOf(derivation: Derivation, destinations: readonly Taker[]): Derivation {
  const taken = (name: string) => destinations.some(({ eventNames }) => eventNames?.includes(name) ?? true);
  const left = derivation.events.filter(({ event_name }) => !taken(event_name));
  if (left.length === 0) return derivation;
  const ids = new Set(left.map(({ event_id }) => event_id));
  const untold = left.some(({ event_id }) => event_id.startsWith('subscription-'));
  return {
    ...derivation,
    events: derivation.events.filter(({ event_id }) => !ids.has(event_id)),
    refunds: derivation.refunds.map((refund) =>
      ids.has(`refund-${refund.id}`) ? { ...refund, state: 'excluded', reason: 'no_destination' } : refund,
    ),
    ...(untold && { subscription: null }),
    trail: [...derivation.trail, ...left.map(({ event_name }) => `${event_name}: not sent, no destination of the store takes it.`)],
  };
}
