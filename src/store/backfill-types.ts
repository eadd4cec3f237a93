/** What the store keeps of backfills, and what it can do with them. All times are ms since the epoch. */
import type { Derivation } from '../core/decision.ts';
import type { EventBody } from '../core/event.ts';
import type { FoundOrder, Lane, LedgerRow, Taker } from './rows.ts';

/** Why a backfill is there. */
export type BackfillOrigin =
  /** The store was seen for the first time. */
  | 'initial'
  /** Somebody asked for it. */
  | 'command'
  /** The token may read all orders since then. */
  | 'access';

export type BackfillState =
  /** Its slices are not made yet. */
  | 'waiting'
  | 'running'
  /** Every order of its window is accounted for, or due. */
  | 'done'
  /** It ended, and some slice of it could not be read whole. */
  | 'failed';

export type SliceState =
  | 'planned'
  /** A bulk operation was asked for; whether Shopify took it on is not known yet. */
  | 'starting'
  /** Its operation runs, or waits to be read. */
  | 'running'
  | 'reading'
  /** Read whole: its counts agree with Shopify's. */
  | 'done'
  /** Its halves took its place. */
  | 'split'
  | 'failed';

/** Orders created from `since` to before `until`. */
export interface Span {
  /** Null: from the first order on. */
  since: number | null;
  until: number;
}

export interface BackfillRequest extends Span {
  store: string;
  origin: BackfillOrigin;
  /** The same words ask for the same thing: an unfinished backfill of the store with them is that one. */
  words: string;
}

export interface Backfill extends BackfillRequest {
  id: number;
  state: BackfillState;
  /** Orders in the window when it was planned; null: not planned yet. */
  expected: number | null;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  /** What keeps it from going on, or why it ended; for people. */
  error: string | null;
}

export interface NewSlice {
  since: number;
  until: number;
  /** Orders in it by Shopify's count. */
  expected: number;
  /** How often it was halved because its counts did not agree. */
  halved: number;
}

export interface Slice extends NewSlice {
  id: number;
  backfill: number;
  state: SliceState;
  /** Global id of its bulk operation. */
  operation: string | null;
  /** Operations that did not bring it whole. */
  attempts: number;
  /** Orders of the operation's file that are accounted for, from its start: where reading goes on. */
  checkpoint: number;
  /** Of the orders read: written by this backfill. */
  derived: number;
  /** Left to sync: marked due, or due already. */
  markedDue: number;
  /** The ledger knew them as they are. */
  known: number;
  /** Different orders in the file, once it was read whole. */
  distinct: number | null;
  error: string | null;
  /** Lowest and highest order id that was read of a slice that failed. */
  firstId: string | null;
  lastId: string | null;
}

export type SliceChange = Partial<Omit<Slice, 'id' | 'backfill' | 'since' | 'until'>>;

/** A backfill as people look at it. */
export interface BackfillProgress extends Backfill {
  /** Orders read so far; `expected` of them make it whole. */
  read: number;
  derived: number;
  markedDue: number;
  known: number;
  /** Slices by state; those that were split are not counted. */
  slices: Record<Exclude<SliceState, 'split'>, number>;
  /** Slices that could not be read whole. */
  failed: Pick<Slice, 'since' | 'until' | 'expected' | 'distinct' | 'error' | 'firstId' | 'lastId'>[];
}

/** An order of history, before it is derived. */
export interface HistoryKey {
  orderId: string;
  createdAt: number;
  updatedAt: string;
  /** Asked for an earlier order of the same customer; null: do not ask. */
  customerId: string | null;
}

/** What the store has of an order of history. */
export type HistoryStanding =
  /** Nothing: it may be written. */
  | 'new'
  /** The ledger knows it in that state or a newer one. */
  | 'known'
  /** It has to be read by sync: the ledger knows an older state, recorded it as gone, or left it out because of the window. */
  | 'stale'
  /** It waits for sync already. */
  | 'due';

/** A derived order nothing was known of. */
export interface HistoryWrite {
  orderId: string;
  row: LedgerRow;
  derivation: Omit<Derivation, 'events'> & { events: EventBody[] };
  lane: Lane;
}

export interface HistoryBatch {
  slice: number;
  /** Orders of the file that are accounted for with this batch. */
  checkpoint: number;
  writes: HistoryWrite[];
  /** Orders for sync. */
  due: FoundOrder[];
  /** Orders that wait for sync already. */
  waiting: number;
  /** Orders that need nothing. */
  known: number;
  /** Destinations of the store, in the order to be written. */
  destinations: readonly Taker[];
}

export interface BackfillOperations {
  /** Records the request, or finds the unfinished one that is the same. */
  requestBackfill(request: BackfillRequest, now: number): Promise<Backfill>;
  /** For a store without a watermark: sets it and records the request, if there is one, in one commit. False: there was a watermark, and nothing was done. */
  beginHistory(store: string, watermark: string, request: BackfillRequest | null, now: number): Promise<boolean>;
  /** The oldest unfinished backfill of the store; null: none. */
  nextBackfill(store: string): Promise<Backfill | null>;
  /** Slices take the place of none: the backfill is running from then on. */
  planBackfill(backfill: number, plan: { since: number | null; expected: number; slices: NewSlice[] }, now: number): Promise<void>;
  noteBackfill(backfill: number, error: string | null): Promise<void>;
  /** Failed when `error` says why, or when some slice of it failed; returns how many did. */
  finishBackfill(backfill: number, error: string | null, now: number): Promise<number>;
  /** Slices that are not at their end, newest orders first. */
  openSlices(backfill: number): Promise<Slice[]>;
  changeSlice(slice: number, change: SliceChange): Promise<void>;
  splitSlice(slice: number, halves: NewSlice[]): Promise<void>;
  /** The newest backfills of the store first, with their progress. */
  listBackfills(store: string, limit?: number): Promise<BackfillProgress[]>;
  /** What backfills were asked for by people: orders created in one of these spans are inside the window. */
  widenedWindow(store: string): Promise<Span[]>;
  /** In the order given. `inside`: whether an order that was left out because of the window is inside it now. */
  historyStanding(
    store: string,
    orders: readonly HistoryKey[],
    inside: (createdAt: number) => boolean,
  ): Promise<{ standing: HistoryStanding; earlierOrderKnown: boolean }[]>;
  /** Events, lanes, ledger, due orders and the slice's checkpoint in one commit. Returns how many orders were written. */
  writeHistory(store: string, batch: HistoryBatch, now: number): Promise<number>;
  /** Whether more than `bound` events of the store wait for delivery. */
  outboxAbove(store: string, bound: number): Promise<boolean>;
}
