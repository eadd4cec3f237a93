/** What is known of every configured store right now: the input of the status page and of the gauges. */
import type { DestinationState, HeldOrder, Store, StoreCounts, StoreRow } from '../store/types.ts';

export type FiguresStore = Pick<Store, 'getStore' | 'counts' | 'listHeld' | 'getDestination'>;

/** One configured store, as the admin room needs it. */
export interface AdminStore {
  name: string;
  destinations: readonly { name: string }[];
  /** Null: Shopify has not told yet. */
  shopify: { budget(): { available: number } | null };
}

export interface Figures {
  name: string;
  /** Null: never connected. */
  row: StoreRow | null;
  counts: StoreCounts;
  held: HeldOrder[];
  destinations: DestinationState[];
  costAvailable: number | null;
}

const HELD_SHOWN = 20;

export async function readFigures(store: FiguresStore, connections: readonly AdminStore[], now: number): Promise<Figures[]> {
  return await Promise.all(
    connections.map(async ({ name, destinations, shopify }) => ({
      name,
      row: await store.getStore(name),
      counts: await store.counts(name, now),
      held: await store.listHeld(name, HELD_SHOWN),
      destinations: await Promise.all(destinations.map((destination) => store.getDestination(name, destination.name))),
      costAvailable: shopify.budget()?.available ?? null,
    })),
  );
}
