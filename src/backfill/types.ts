/** What a backfill works with. */
import type { Derivation } from '../core/decision.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Shopify } from '../shopify/types.ts';
import type { BackfillOperations, Store, Taker } from '../store/types.ts';
import type { SyncSettings } from '../sync/sync.ts';

export type BackfillStore = Pick<Store, 'getStore'> & Omit<BackfillOperations, 'requestBackfill' | 'beginHistory' | 'listBackfills'>;

export interface BackfillOptions {
  storeName: string;
  store: BackfillStore;
  shopify: Pick<Shopify, 'history' | 'ordersCount' | 'ordersCreated'>;
  settings: Pick<SyncSettings, 'rules' | 'backfill'>;
  destinations: readonly Taker[];
  /** One result is in memory at a time, however many stores a process has. */
  turn: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Asked during a turn: others wait for theirs. */
  othersWait: () => boolean;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  logger: Logger;
  /** Called for each order written, for counters. */
  onDerived?: (derivation: Pick<Derivation, 'warnings'>) => void;
}
