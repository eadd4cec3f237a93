/** Bulk query operations over the sandbox's clock: created, running, completed, or whatever the faults say. */
import { GraphQLError } from 'graphql';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isoSeconds } from '../core/time.ts';
import { createBulkFaults, type BulkFaultFunction, type BulkFaults, type DownloadFaults } from './bulk-faults.ts';
import { KEPT_MS, type BulkFile, type BulkFiles } from './bulk-files.ts';
import type { BulkPlan } from './bulk-query.ts';
import { bulkLines } from './bulk-rows.ts';
import type { SandboxClock } from './clock.ts';
import { gid, parseGid, type Ids } from './ids.ts';
import { createRandom } from './random.ts';

export type BulkStatus = 'CANCELED' | 'CANCELING' | 'COMPLETED' | 'CREATED' | 'EXPIRED' | 'FAILED' | 'RUNNING';
type ErrorCode = 'ACCESS_DENIED' | 'INTERNAL_SERVER_ERROR' | 'TIMEOUT';

/** How long operations take, ms of the sandbox's clock. */
export interface BulkPace {
  /** From CREATED to RUNNING. Default 500. */
  queuedMs: number;
  /** From RUNNING to COMPLETED, besides what the orders take. Default 500. */
  baseMs: number;
  /** Default 0.7, as observed: 1,456 objects in a second. */
  msPerOrder: number;
  /** From CANCELING to CANCELED. Default 500. */
  cancelingMs: number;
}

export interface BulkOperation {
  id: string;
  query: string;
  groupObjects: boolean;
  status: BulkStatus;
  errorCode: ErrorCode | null;
  createdAt: number;
  completedAt: number | null;
  objects: number;
  roots: number;
  /** Address of the file, whole or partial; null: nothing was written. */
  address: string | null;
  fileSize: number | null;
}

/** The part of the sandbox that tests and people hold. */
export interface BulkSide {
  setFaults(faults: BulkFaultFunction | BulkFaults | null): void;
  setDownloadFaults(faults: DownloadFaults | null): void;
  setPace(pace: Partial<BulkPace>): void;
  /** Oldest first. */
  operations(): readonly Readonly<BulkOperation>[];
  /** Resolves when no operation is writing; those that wait for the clock do not count. */
  idle(): Promise<void>;
}

interface UserError {
  field: string[] | null;
  message: string;
  code?: string;
}

export interface Bulk {
  side: BulkSide;
  run(query: string, groupObjects: boolean): { operation: BulkOperation | null; userErrors: UserError[] };
  cancel(globalId: string): { operation: BulkOperation | null; userErrors: UserError[] };
  find(id: string): BulkOperation | undefined;
  /** As GraphQL shows it. */
  view(operation: BulkOperation): object;
  close(): Promise<void>;
}

export interface BulkOptions {
  clock: SandboxClock;
  ids: Ids;
  seed: number;
  pace: Partial<BulkPace>;
  files: BulkFiles;
  faults: ReturnType<typeof createBulkFaults>;
  plan(query: string): { plan: BulkPlan } | { errors: string[] };
  /** The orders of a plan as views, one at a time. Throws a GraphQL error where access is denied. */
  views(plan: BulkPlan): Iterable<object>;
  /** Tells the subscribers of BULK_OPERATIONS_FINISH. */
  finished(operation: BulkOperation): void;
}

/** Shopify documents 5 at a time since 2026-01, and 10 days at most. */
const AT_A_TIME = 5;
const LONGEST_MS = 10 * 86_400_000;
/** Some ms of work. */
const TURN_ORDERS = 10;
const PACE: BulkPace = { queuedMs: 500, baseMs: 500, msPerOrder: 0.7, cancelingMs: 500 };
const ENDED = new Set<BulkStatus>(['CANCELED', 'COMPLETED', 'EXPIRED', 'FAILED']);

interface Outcome {
  status: 'CANCELED' | 'COMPLETED' | 'FAILED';
  errorCode: ErrorCode | null;
}

const COMPLETED: Outcome = { status: 'COMPLETED', errorCode: null };
const CANCELED: Outcome = { status: 'CANCELED', errorCode: null };
const failed = (errorCode: ErrorCode): Outcome => ({ status: 'FAILED', errorCode });

/** What stops an operation before its order number `orders`, if anything. */
function stop(faults: BulkFaults, orders: number): Outcome | null {
  if (orders >= (faults.failAfterOrders ?? Infinity)) return failed('INTERNAL_SERVER_ERROR');
  if (orders >= (faults.cancelAfterOrders ?? Infinity)) return CANCELED;
  return orders >= (faults.timeoutAboveOrders ?? Infinity) ? failed('TIMEOUT') : null;
}

function isMissing({ missing }: BulkFaults): (place: number) => boolean {
  const places = new Set(missing?.places);
  return (place) => places.has(place) || (missing?.every !== undefined && (place + 1) % missing.every === 0);
}

export function createBulk(options: BulkOptions): Bulk {
  const { clock, ids, files, faults } = options;
  const operations = new Map<string, BulkOperation>();
  const cancels = new Map<string, AbortController>();
  const runs = new Set<Promise<void>>();
  const pace = { ...PACE, ...options.pace };
  const closing = new AbortController();
  let writing = 0;
  let idlers: (() => void)[] = [];

  async function write(operation: BulkOperation, plan: BulkPlan, wrong: BulkFaults, file: BulkFile, signal: AbortSignal): Promise<Outcome> {
    const random = operation.groupObjects ? null : createRandom(options.seed + operations.size);
    let orders = 0;
    let children = 0;
    try {
      const lines = { views: options.views(plan), fields: plan.fields, random, isMissing: isMissing(wrong) };
      for (const { line, root, objects } of bulkLines(lines)) {
        if (signal.aborted) return CANCELED;
        const stopped = root ? stop(wrong, orders) : null;
        if (stopped) return stopped;
        if (root) orders += 1;
        else if ((children += 1) % (wrong.missingChildrenEvery ?? Infinity) === 0) continue;
        if (line === null && !wrong.missing?.counted) continue;
        operation.objects += objects;
        if (root) operation.roots += 1;
        const written = line === null ? null : file.write(line);
        if (written) await written;
        // Whoever asks something else meanwhile is answered.
        if (root && orders % TURN_ORDERS === 0) await nextTurn();
      }
      return COMPLETED;
    } catch (error) {
      if (error instanceof GraphQLError)
        return failed(error.extensions['code'] === 'ACCESS_DENIED' ? 'ACCESS_DENIED' : 'INTERNAL_SERVER_ERROR');
      throw error;
    } finally {
      await file.end();
    }
  }

  /** Writes the file; while that takes, the sandbox is not idle. */
  async function produce(
    operation: BulkOperation,
    plan: BulkPlan,
    wrong: BulkFaults,
    signal: AbortSignal,
  ): Promise<{ outcome: Outcome; file: BulkFile }> {
    writing += 1;
    try {
      const file = await files.create();
      return { file, outcome: await write(operation, plan, wrong, file, signal) };
    } finally {
      writing -= 1;
      // In a turn of its own: whoever waits finds the operation where it has come to.
      setImmediate(() => {
        if (writing > 0) return;
        for (const resolve of idlers) resolve();
        idlers = [];
      });
    }
  }

  function end(operation: BulkOperation, { status, errorCode }: Outcome, file: BulkFile | null, tell: boolean): void {
    operation.status = status;
    operation.errorCode = errorCode;
    operation.completedAt = clock.now();
    if (file && file.size > 0) {
      operation.address = file.url(operation.completedAt + KEPT_MS);
      operation.fileSize = file.size;
    }
    if (tell) options.finished(operation);
  }

  async function live(operation: BulkOperation, plan: BulkPlan, wrong: BulkFaults, signal: AbortSignal): Promise<void> {
    const sleepUntil = async (time: number): Promise<void> => {
      if (time > clock.now()) await clock.sleep(time - clock.now(), signal);
    };
    await sleepUntil(operation.createdAt + (wrong.neverStarts ? LONGEST_MS : pace.queuedMs));
    let file: BulkFile | null = null;
    let outcome = CANCELED;
    if (!signal.aborted) {
      operation.status = 'RUNNING';
      const startedAt = clock.now();
      ({ file, outcome } = await produce(operation, plan, wrong, signal));
      const takes = wrong.neverFinishes ? LONGEST_MS : pace.baseMs + operation.roots * pace.msPerOrder;
      await sleepUntil(startedAt + takes);
      if (wrong.neverFinishes) outcome = failed('TIMEOUT');
    }
    if (closing.signal.aborted) return;
    if (signal.aborted) {
      outcome = CANCELED;
      await clock.sleep(pace.cancelingMs, closing.signal);
      if (closing.signal.aborted) return;
    }
    end(operation, outcome, file, !wrong.losesWebhook);
  }

  function run(query: string, groupObjects: boolean): ReturnType<Bulk['run']> {
    const refuse = (...userErrors: UserError[]) => ({ operation: null, userErrors });
    const planned = options.plan(query);
    if ('errors' in planned) return refuse(...planned.errors.map((message) => ({ field: ['query'], message, code: 'INVALID' })));
    const running = [...operations.values()].filter(({ status }) => !ENDED.has(status));
    if (running.length >= AT_A_TIME) {
      const listed = running.map(({ id }) => gid('BulkOperation', id)).join(', ');
      const message = `A bulk query operation for this app and shop is already in progress: ${listed}.`;
      return refuse({ field: null, message, code: 'OPERATION_IN_PROGRESS' });
    }
    const nothing = { errorCode: null, completedAt: null, objects: 0, roots: 0, address: null, fileSize: null };
    const id = ids.next('BulkOperation');
    const operation: BulkOperation = { id, query, groupObjects, status: 'CREATED', createdAt: clock.now(), ...nothing };
    operations.set(id, operation);
    const cancel = new AbortController();
    cancels.set(id, cancel);
    const lived = live(operation, planned.plan, faults.next(gid('BulkOperation', id), query), cancel.signal).finally(() =>
      runs.delete(lived),
    );
    runs.add(lived);
    return { operation, userErrors: [] };
  }

  function cancel(globalId: string): ReturnType<Bulk['cancel']> {
    const operation = operations.get(parseGid(globalId)?.id ?? '');
    if (!operation) return { operation: null, userErrors: [{ field: ['id'], message: 'Bulk operation does not exist' }] };
    if (ENDED.has(operation.status)) {
      const message = `A bulk operation cannot be canceled when it is ${operation.status.toLowerCase()}`;
      return { operation, userErrors: [{ field: null, message }] };
    }
    operation.status = 'CANCELING';
    cancels.get(operation.id)?.abort();
    return { operation, userErrors: [] };
  }

  function view(operation: BulkOperation): object {
    const { id, query, status, errorCode, createdAt, completedAt, objects, roots, address, fileSize } = operation;
    const expired = completedAt !== null && clock.now() >= completedAt + KEPT_MS;
    const whole = status === 'COMPLETED';
    return {
      __typename: 'BulkOperation',
      id: gid('BulkOperation', id),
      type: 'QUERY',
      ...{ query, errorCode },
      status: whole && expired ? 'EXPIRED' : status,
      createdAt: isoSeconds(createdAt),
      completedAt: completedAt === null ? null : isoSeconds(completedAt),
      objectCount: String(objects),
      rootObjectCount: String(roots),
      fileSize: whole && fileSize !== null ? String(fileSize) : null,
      url: whole && !expired ? address : null,
      partialDataUrl: whole || expired ? null : address,
    };
  }

  return {
    side: {
      setFaults: faults.set,
      setDownloadFaults: faults.setDownload,
      setPace: (changed) => void Object.assign(pace, changed),
      operations: () => [...operations.values()],
      idle: () => (writing === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
    },
    ...{ run, cancel, view },
    find: (id) => operations.get(id),
    close: async () => {
      closing.abort();
      for (const controller of cancels.values()) controller.abort();
      await Promise.all(runs);
      await files.close();
    },
  };
}
