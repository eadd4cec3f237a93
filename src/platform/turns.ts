/** Lets workers work side by side, or one of them alone. */

/** To be called once, when the work is over. */
export type Leave = () => void;

export interface Turns {
  /** Beside others; waits while somebody is alone or wants to be. Null: `signal` aborted first. */
  together(signal: AbortSignal): Promise<Leave | null>;
  /** Waits until everybody else has left. Null: `signal` aborted first. */
  alone(signal: AbortSignal): Promise<Leave | null>;
  /** Somebody wants to be alone: who works for long comes to an end. */
  wanted(): boolean;
}

export function createTurns(): Turns {
  let together = 0;
  let alone = false;
  let waiting = 0;
  const wake: (() => void)[] = [];

  function changed(): void {
    for (const one of wake.splice(0)) one();
  }

  /** Enters in the same breath in which it is free. False: given up. */
  async function enter(isFree: () => boolean, taken: () => void, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (isFree()) {
        taken();
        return true;
      }
      await new Promise<void>((resolve) => {
        wake.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    return false;
  }

  return {
    together: async (signal) => {
      const entered = await enter(
        () => !alone && waiting === 0,
        () => (together += 1),
        signal,
      );
      if (!entered) return null;
      return () => {
        together -= 1;
        changed();
      };
    },
    alone: async (signal) => {
      waiting += 1;
      const entered = await enter(
        () => !alone && together === 0,
        () => (alone = true),
        signal,
      );
      waiting -= 1;
      changed();
      if (!entered) return null;
      return () => {
        alone = false;
        changed();
      };
    },
    wanted: () => waiting > 0,
  };
}
