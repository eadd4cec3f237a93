/** What is known of every configured store right now: the input of the pages and of the gauges. */
import type {
  Alert,
  AuditRecord,
  BackfillProgress,
  DestinationState,
  FailingOrder,
  HeldOrder,
  Store,
  StoreCounts,
  StoreRow,
} from '../store/types.ts';

export type FiguresStore = Pick<
  Store,
  'getStore' | 'counts' | 'listHeld' | 'listFailing' | 'listBackfills' | 'getDestination' | 'listAlerts' | 'lastAudit' | 'size'
>;

/** One configured store, as the admin room needs it. */
export interface AdminStore {
  name: string;
  destinations: readonly { name: string }[];
  /** Null: Shopify has not told yet. */
  shopify: { budget(): { available: number; restoreRate: number } | null };
}

export interface Figures {
  name: string;
  /** Null: never connected. */
  row: StoreRow | null;
  counts: StoreCounts;
  held: HeldOrder[];
  /** Orders whose last try failed, the most often tried first. */
  failing: FailingOrder[];
  destinations: DestinationState[];
  /** The newest first. */
  backfills: BackfillProgress[];
  /** Null: Shopify has not told yet. */
  costBudget: { available: number; restoreRate: number } | null;
  /** Open ones, oldest first. */
  alerts: Alert[];
  /** The daemon's last; null: none yet. */
  audit: AuditRecord | null;
}

const HELD_SHOWN = 10;
const FAILING_SHOWN = 10;
const BACKFILLS_SHOWN = 3;

export async function readFigures(store: FiguresStore, connections: readonly AdminStore[], now: number): Promise<Figures[]> {
  return await Promise.all(
    connections.map(async ({ name, destinations, shopify }) => ({
      name,
      row: await store.getStore(name),
      counts: await store.counts(name, now),
      held: await store.listHeld(name, HELD_SHOWN),
      failing: await store.listFailing(name, FAILING_SHOWN),
      destinations: await Promise.all(destinations.map((destination) => store.getDestination(name, destination.name))),
      backfills: await store.listBackfills(name, BACKFILLS_SHOWN),
      costBudget: shopify.budget(),
      alerts: (await store.listAlerts(name)).filter(({ overAt }) => overAt === null),
      audit: await store.lastAudit(name),
    })),
  );
}
