/** The leaky bucket of query cost: one per app and store. */

export interface ThrottleStatus {
  maximumAvailable: number;
  currentlyAvailable: number;
  restoreRate: number;
}

export interface Bucket {
  /** Reserves the requested cost; false: not enough is there, and nothing is taken. */
  take(cost: number): boolean;
  /** Gives back what was reserved and not used. */
  giveBack(cost: number): void;
  status(): ThrottleStatus;
  /** Changes size or rate; the level is cut to the new size. */
  set(limits: Partial<BucketLimits>): void;
}

export interface BucketLimits {
  maximum: number;
  /** Points a second. */
  restoreRate: number;
}

/** As observed on a standard store. */
export const STANDARD_BUCKET: BucketLimits = { maximum: 2000, restoreRate: 100 };

export function createBucket(now: () => number, limits: BucketLimits): Bucket {
  let { maximum, restoreRate } = limits;
  let level = maximum;
  let at = now();
  const refill = (): void => {
    const elapsed = Math.max(0, now() - at);
    level = Math.min(maximum, level + (elapsed / 1000) * restoreRate);
    at += elapsed;
  };
  return {
    take: (cost) => {
      refill();
      if (level < cost) return false;
      level -= cost;
      return true;
    },
    giveBack: (cost) => {
      level = Math.min(maximum, level + cost);
    },
    status: () => {
      refill();
      return { maximumAvailable: maximum, currentlyAvailable: Math.floor(level), restoreRate };
    },
    set: (changed) => {
      refill();
      maximum = changed.maximum ?? maximum;
      restoreRate = changed.restoreRate ?? restoreRate;
      level = Math.min(level, maximum);
    },
  };
}
