/** The store: opens the database and offers every operation of `types.ts` on it. */
import { hostname } from 'node:os';
import { acceptSignals } from './accept-signals.ts';
import { accounting, daySnapshot } from './accounting.ts';
import { addEvents } from './add-events.ts';
import { alertOperations } from './alerts.ts';
import { backfills } from './backfills.ts';
import { bringNear } from './bring-near.ts';
import { checkpoint } from './checkpoint.ts';
import { claimDueOrders } from './claim-due-orders.ts';
import { claimLanes, releaseLane } from './claim-lanes.ts';
import { connections } from './connections.ts';
import { countSuspects } from './count-suspects.ts';
import { counts } from './counts.ts';
import { lookAtDeadLetters } from './dead-letters.ts';
import { destinationStates } from './destinations.ts';
import { endDeadLetters } from './end-dead-letters.ts';
import { operation } from './errors.ts';
import { findOrder, listFailing, listHeld } from './find-order.ts';
import { getEvent } from './get-event.ts';
import { historyStanding } from './history-standing.ts';
import { listBackfills } from './list-backfills.ts';
import { getOrder } from './get-order.ts';
import { listEvents } from './list-events.ts';
import { daemonLock, type LockHolder } from './lock-daemon.ts';
import { connect, type Connection } from './open.ts';
import { markAgain, markFound } from './mark-found.ts';
import { hasEarlierOrder, previousOf } from './previous-of.ts';
import { prune } from './prune.ts';
import { releaseDueOrders } from './release-due-orders.ts';
import { settlements } from './settle.ts';
import { fileSize } from './file-size.ts';
import { traffic } from './traffic.ts';
import type { Store } from './types.ts';
import { watermark } from './watermarks.ts';
import { writeHistory } from './write-history.ts';
import { writeMissing } from './write-missing.ts';
import { writeOrders } from './write-orders.ts';

export interface StoreOptions {
  /** The database file; created with its folder if missing. */
  path: string;
  /** Makes a lease token: never the same twice, across all processes. */
  newToken: () => string;
  /** How the daemon's lock names this process. Default: its pid and host name. */
  lockHolder?: LockHolder;
}

/**
 * Opens the database, brings its schema up to date and checks it. Several processes may have it open at once.
 * Throws `ConnectorError`: STORE_NEWER (use the newer program), STORE_IN_USE (stop the older daemon first), STORE_NOT_DURABLE, STORE_CORRUPT; retryable STORE_IO, STORE_BUSY, STORE_FULL.
 * Every operation rejects with the same codes, and with STORE_CLOSED after `close`.
 */
export function openStore(options: StoreOptions): Store {
  return storeOn(connect(options.path), options);
}

/** The same on a connection that is open already, and is then the store's: closing is its business. */
export function storeOn(connection: Connection, options: Omit<StoreOptions, 'path'>): Store {
  const { newToken, lockHolder = { pid: process.pid, host: hostname() } } = options;
  const { client } = connection;
  const lock = daemonLock(connection, lockHolder);

  return {
    ...connections(connection),
    acceptSignals: acceptSignals(connection),
    markFound: markFound(connection),
    markAgain: markAgain(connection),
    claimDueOrders: claimDueOrders(connection, newToken),
    previousOf: previousOf(connection),
    hasEarlierOrder: hasEarlierOrder(connection),
    writeOrders: writeOrders(connection),
    writeMissing: writeMissing(connection),
    ...releaseDueOrders(connection),
    claimLanes: claimLanes(connection, newToken),
    ...settlements(connection),
    releaseLane: releaseLane(connection),
    addEvents: addEvents(connection),
    ...destinationStates(connection),
    ...lookAtDeadLetters(connection),
    ...endDeadLetters(connection),
    ...watermark(connection),
    ...backfills(connection),
    listBackfills: listBackfills(connection),
    historyStanding: historyStanding(connection),
    writeHistory: writeHistory(connection),
    prune: prune(connection),
    checkpoint: checkpoint(connection),
    bringNear: operation(bringNear(connection)),
    counts: counts(connection),
    countSuspects: countSuspects(connection),
    accounting: accounting(connection),
    daySnapshot: daySnapshot(connection),
    ...alertOperations(connection),
    listHeld: listHeld(connection),
    listFailing: listFailing(connection),
    listEvents: listEvents(connection),
    getEvent: getEvent(connection),
    findOrder: findOrder(connection),
    getOrder: getOrder(connection),
    traffic: traffic(connection),
    size: fileSize(connection.path),
    lockDaemon: lock.lockDaemon,
    daemonHolder: lock.daemonHolder,
    // Writes one page of the file, the same value again: a full or read-only disk shows.
    probe: operation(() => void client.pragma('user_version = 0')),
    close: operation(() => {
      if (!client.open) return;
      try {
        // It keeps every writer waiting, so a command leaves it to the daemon beside it; without one the last to close folds the log in anyway.
        if (lock.release()) client.pragma('wal_checkpoint(TRUNCATE)');
      } finally {
        client.close();
      }
    }),
  };
}
