/** The lane of an event that belongs to no known order, under a name no order id has. */

/** `event:<event id>`. */
export function ownLane(eventId: string): string {
  return `${OWN_LANES.from}${eventId}`;
}

/** All such names: from the first up to, not including, the second. */
export const OWN_LANES = { from: 'event:', to: 'event;' };
