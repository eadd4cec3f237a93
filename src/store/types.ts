/** What the store can do, operation by operation. Nothing outside this room knows which database it is. All times are ms since the epoch. */
import type { DecisionKind, Previous } from '../core/decision.ts';
import type { Alert, AuditRecord, WarningSigns } from './alert-types.ts';
import type { BackfillOperations } from './backfill-types.ts';
import type { OrderDetails, TrafficSpan } from './looking-types.ts';
import type { DeadLetter, DeadLetterDetails, DeadLetterFilter, DeadLetterResult, DeadLetterSelection } from './dead-letter-types.ts';
import type { Day } from '../core/time.ts';
import type { AccountingRow, DaySnapshot } from './accounting-types.ts';
import type {
  Attempt,
  DestinationState,
  DueOrder,
  EventFilter,
  FailingOrder,
  EventWithId,
  FoundOrder,
  HeldOrder,
  LaneClaim,
  NewEvent,
  OrderMissing,
  OrderWrite,
  OrderWriteResult,
  OutboxEvent,
  Poison,
  SettledEvent,
  Signal,
  SignalResult,
  StoreCounts,
  StoreRow,
} from './rows.ts';

export type * from './accounting-types.ts';
export type * from './alert-types.ts';
export type * from './backfill-types.ts';
export type * from './looking-types.ts';
export type * from './dead-letter-types.ts';
export type * from './rows.ts';

/** With the operations of `backfill-types.ts`. */
export interface Store extends BackfillOperations {
  // Stores
  /** Inserts or updates; `firstConnectedAt` and `domain` of a known store are kept. Refuses another shop's domain under a known name. */
  saveConnection(
    row: Omit<StoreRow, 'firstConnectedAt' | 'state' | 'stateReason' | 'checkRequestedAt' | 'reconciledAt'>,
  ): Promise<StoreRow>;
  saveSubscriptions(store: string, topics: string[], now: number): Promise<void>;
  saveTokenTime(store: string, now: number): Promise<void>;
  markDisconnected(store: string, reason: string): Promise<void>;
  clearConnectionCheck(store: string, requestedAt: number): Promise<void>;
  getStore(name: string): Promise<StoreRow | null>;
  listStores(): Promise<StoreRow[]>;

  // Receiving
  /** Records the receipts and marks the orders due in one durable commit; results in the order given. */
  acceptSignals(signals: Signal[]): Promise<SignalResult[]>;

  // Syncing
  /** Marks found orders due unless the ledger already knows that `updatedAt` or a newer one. Returns how many were marked. */
  markFound(store: string, orders: FoundOrder[], now: number): Promise<number>;
  /** Marks orders due whatever the ledger knows of them. */
  markAgain(store: string, orderIds: string[], now: number): Promise<void>;
  /** Leases up to `limit` due orders of a connected store, live ones first, then few of history, oldest first; without suspects, or with `suspects` nothing else. */
  claimDueOrders(store: string, options: { limit: number; now: number; leaseMs: number; suspects?: boolean }): Promise<DueOrder[]>;
  /** What the ledger knows of these orders, by order id. */
  previousOf(store: string, orderIds: string[]): Promise<Map<string, Previous & { waitedForJourney: boolean }>>;
  /** Whether the ledger holds an order of that customer created before `createdAt`. */
  hasEarlierOrder(store: string, customerId: string, createdAt: number, exceptOrderId: string): Promise<boolean>;
  /** Events, lanes, ledger and the finished due row of each order, in one transaction. Existing event ids are ignored. */
  writeOrders(store: string, writes: OrderWrite[], now: number): Promise<OrderWriteResult[]>;
  /** Orders Shopify did not return: read again later, or ended. */
  writeMissing(store: string, missing: OrderMissing[], now: number): Promise<void>;
  /** Gives claimed orders back after a failed read, to be tried at `againAt`. */
  releaseDueOrders(claims: DueOrder[], againAt: number, error: string): Promise<void>;
  /** The same for an order that fails by itself, which is noted since the first time; `againAt` null: it becomes a dead letter. */
  failDueOrder(claim: DueOrder, failure: { againAt: number | null; error: string; now: number }): Promise<void>;

  // Delivering
  /** Leases up to `limit` lanes of one destination, live first, oldest first. */
  claimLanes(options: {
    store: string;
    destination: string;
    limit: number;
    now: number;
    leaseMs: number;
    eventsPerLane: number;
    /** Suspects only; without it none. */
    suspects?: boolean;
    /** Leaves so many of the first ones out, as far as there are others. */
    skip?: number;
  }): Promise<LaneClaim[]>;
  /**
   * Records attempts and outcomes in one commit. A settlement under a lost lease changes nothing and returns false in its place.
   * The lease stays while all results are `delivered` and the claim holds events after them; otherwise it is given up:
   * a lane with newer events is free at once, one that waits is free at `nextAt`, one with a dead event in front is blocked.
   */
  settle(claim: LaneClaim, results: SettledEvent[], now: number): Promise<boolean>;
  /** `settle` for many claims in one commit; answers in the order given. */
  settleAll(lanes: { claim: LaneClaim; results: SettledEvent[] }[], now: number): Promise<boolean[]>;
  /** Gives a lane back untried (shutdown, pause): its events may be claimed again from `at` on. */
  releaseLane(claim: LaneClaim, at: number): Promise<void>;
  /** Puts events on the outbox by themselves, in one commit. Answers in the order given: null, or what has that id at this destination already. */
  addEvents(options: { store: string; destination: string; events: NewEvent[]; now: number }): Promise<(EventWithId | null)[]>;
  getDestination(store: string, destination: string): Promise<DestinationState>;
  /** Pausing what is paused is a probe that failed: the pause goes on since it began. */
  pauseDestination(state: {
    store: string;
    destination: string;
    cause: NonNullable<DestinationState['cause']>;
    reason: string;
    probeAt: number;
    now: number;
  }): Promise<void>;
  resumeDestination(store: string, destination: string, now: number): Promise<void>;

  // Dead letters
  /** The newest first. */
  listDeadLetters(filter: DeadLetterFilter & { limit: number }): Promise<DeadLetter[]>;
  /** By the id a list shows, else by event id. Null: there is none. */
  getDeadLetter(id: string): Promise<DeadLetterDetails | null>;
  /**
   * Puts dead letters back: an event is delivered again under the same id, with the same bytes, and what it blocked follows; an order is read again.
   * With a filter: what was set aside until `now`, in several commits; harmless to repeat.
   */
  replayDeadLetters(selection: DeadLetterSelection, now: number): Promise<DeadLetterResult[]>;
  /** They stay undone, kept with `reason`; what an event blocked goes on without it. A discarded order is not read again, whatever signal comes, until it is replayed. */
  discardDeadLetters(selection: DeadLetterSelection, reason: string, now: number): Promise<DeadLetterResult[]>;

  // Reconciling
  getWatermark(store: string): Promise<string | null>;
  /** `at`: an `updatedAt` of Shopify, verbatim. */
  setWatermark(store: string, at: string): Promise<void>;
  saveReconciled(store: string, now: number): Promise<void>;
  saveAudit(audit: AuditRecord): Promise<void>;
  lastAudit(store: string): Promise<AuditRecord | null>;
  /** Removes bodies of delivered events, their attempts and receipts older than `before`; ids stay. Returns rows touched. */
  prune(before: number): Promise<number>;

  // Looking
  counts(store: string, now: number): Promise<StoreCounts>;
  /** What became of the orders of the ledger created at or after `from` and before `to`, by day, channel and outcome, oldest day first. A store never connected has none. */
  accounting(store: string, from: number, to: number): Promise<AccountingRow[]>;
  /** The orders of the ledger created on a day, their accounting, and which orders of `among` are to be read or were set aside, as of one moment. */
  daySnapshot(store: string, day: Day, among: readonly string[]): Promise<DaySnapshot>;
  listHeld(store: string, limit: number): Promise<HeldOrder[]>;
  listFailing(store: string, limit: number): Promise<FailingOrder[]>;
  listEvents(filter: EventFilter): Promise<(OutboxEvent & { blockedBy: string | null; orderName: string | null })[]>;
  getEvent(idOrEventId: string): Promise<{ event: OutboxEvent; attempts: Attempt[]; orderName: string | null; trail: string[] } | null>;
  findOrder(
    store: string,
    nameOrId: string,
  ): Promise<{ orderId: string; name: string; decision: DecisionKind; reason: string | null; trail: string[] } | null>;
  getOrder(store: string, nameOrId: string): Promise<OrderDetails | null>;
  /** What went in and out in `spans` spans of `spanMs` from `from` on, of all stores. */
  traffic(from: number, spanMs: number, spans: number): Promise<TrafficSpan[]>;
  /** Bytes of the database file and of its write-ahead log. */
  size(): Promise<{ databaseBytes: number; logBytes: number }>;

  // Alerts
  /** Those that are open, and those that are over and not told yet, of one store or all, oldest first. */
  listAlerts(store?: string): Promise<Alert[]>;
  saveAlert(alert: Alert): Promise<void>;
  removeAlert(alert: Pick<Alert, 'store' | 'kind' | 'subject'>): Promise<void>;
  warningSigns(store: string, now: number): Promise<WarningSigns>;

  // Life
  /** Due orders and lanes of a store that are to be tried alone, because the process died with them in hand. Grows by `lockDaemon` only. */
  countSuspects(store: string): Promise<number>;
  /**
   * Takes the daemon's lock for the life of this process, checks the file (up to 256 MB: a second at most) and frees the leases of the one that held it before.
   * Throws STORE_CORRUPT. `holder` set: another living process has it and nothing was taken.
   * `poison`: what was set aside now because two processes died with nothing else in hand.
   */
  lockDaemon(now: number): Promise<{ holder: { pid: number; host: string; startedAt: number } | null; poison: Poison[] }>;
  /** The living daemon that holds the lock; null: none. Takes nothing. */
  daemonHolder(): Promise<{ pid: number; host: string; startedAt: number } | null>;
  /** Folds the log into the database file; `leftBytes`: what somebody who still reads an older state keeps from it. */
  checkpoint(): Promise<{ leftBytes: number }>;
  /** After the clock was set back: what waits for another try waits for 15 minutes at most, as ever. Returns rows changed. */
  bringNear(now: number): Promise<number>;
  /** A trivial write; throws when the database cannot be written. */
  probe(): Promise<void>;
  /** Checkpoints and closes; releases the daemon's lock. */
  close(): Promise<void>;
}
