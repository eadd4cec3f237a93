/** Whether a destination is open for delivery; no row means open. */
import { and, eq, sql } from './drizzle.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { p } from './placeholders.ts';
import { destinations } from './schema.ts';
import type { DestinationState, Store } from './types.ts';

type Operations = Pick<Store, 'getDestination' | 'pauseDestination' | 'resumeDestination'>;

export function destinationStates({ orm }: Connection): Operations {
  const row = orm
    .select()
    .from(destinations)
    .where(and(eq(destinations.store, p('store')), eq(destinations.destination, p('destination'))))
    .prepare();
  const open: Omit<DestinationState, 'store' | 'destination'> = {
    pausedAt: null,
    cause: null,
    reason: null,
    probeAt: null,
    probes: 0,
    lastDeliveredAt: null,
    resumedAt: null,
    downMs: 0,
  };

  return {
    getDestination: operation((store, destination) => row.get({ store, destination }) ?? { store, destination, ...open }),
    // Pausing what is paused is a probe that failed: the pause goes on since it began.
    pauseDestination: operation(({ store, destination, cause, reason, probeAt, now }) => {
      orm
        .insert(destinations)
        .values({ store, destination, pausedAt: now, cause, reason, probeAt, probes: 0 })
        .onConflictDoUpdate({
          target: [destinations.store, destinations.destination],
          set: {
            pausedAt: sql`coalesce(paused_at, ${now})`,
            cause,
            reason,
            probeAt,
            probes: sql`case when paused_at is null then 0 else probes + 1 end`,
          },
        })
        .run();
    }),
    resumeDestination: operation((store, destination, now) => {
      orm
        .update(destinations)
        .set({
          pausedAt: null,
          cause: null,
          reason: null,
          probeAt: null,
          probes: 0,
          resumedAt: now,
          downMs: sql`down_ms + max(0, ${now} - coalesce(paused_at, ${now}))`,
        })
        .where(and(eq(destinations.store, store), eq(destinations.destination, destination)))
        .run();
    }),
  };
}
