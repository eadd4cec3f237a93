/** What goes wrong with bulk operations on purpose. Pure types but for the choice per operation. */

export interface BulkFaults {
  /** FAILED with INTERNAL_SERVER_ERROR after so many orders; what was written is the partial data. */
  failAfterOrders?: number;
  /** FAILED with TIMEOUT, and partial data, when there are more orders than this. */
  timeoutAboveOrders?: number;
  /** CANCELED by Shopify after so many orders. */
  cancelAfterOrders?: number;
  /**
   * Orders silently left out of a COMPLETED file, with their lines: every so manyeth, or those at these places (0 is the first).
   * `counted`: `rootObjectCount` and `objectCount` count them all the same; else the counts agree with the file, and only `ordersCount`
   * knows better.
   */
  missing?: { every?: number; places?: number[]; counted: boolean };
  /** Child lines left out, their parent stays; the counts agree with the file. Every so manyeth. */
  missingChildrenEvery?: number;
  /** CREATED until it is cancelled, or for 10 days. */
  neverStarts?: boolean;
  /** RUNNING until it is cancelled, or for 10 days. */
  neverFinishes?: boolean;
  /** No `bulk_operations/finish`. */
  losesWebhook?: boolean;
}

/** What goes wrong with downloads, whichever operation they belong to. */
export interface DownloadFaults {
  /** Every address answers as 7 days later. */
  expired?: boolean;
  /** The connection is cut after so many bytes of an answer. */
  cutAfterBytes?: number;
  /** How many downloads are cut. Default: all. */
  cuts?: number;
  /** `Range` is ignored: the whole file comes, with status 200. */
  ignoresRange?: boolean;
}

/** `number` is 1 for the first operation since the faults were set; null: nothing goes wrong. */
export type BulkFaultFunction = (operation: { id: string; query: string; number: number }) => BulkFaults | null;

export function createBulkFaults() {
  let decide: BulkFaultFunction | null = null;
  let download: DownloadFaults = {};
  let number = 0;
  return {
    set: (faults: BulkFaultFunction | BulkFaults | null): void => {
      number = 0;
      decide = faults === null || typeof faults === 'function' ? faults : () => faults;
    },
    next: (id: string, query: string): BulkFaults => {
      number += 1;
      return decide?.({ id, query, number }) ?? {};
    },
    setDownload: (faults: DownloadFaults | null): void => {
      download = { ...faults };
    },
    /** Bytes after which this download is cut; null: it is not. */
    nextCut: (): number | null => {
      const { cutAfterBytes, cuts } = download;
      if (cutAfterBytes === undefined || cuts === 0) return null;
      if (cuts !== undefined) download.cuts = cuts - 1;
      return cutAfterBytes;
    },
    download: (): Readonly<DownloadFaults> => download,
  };
}
