/** The threads that a piece of work starts. */
import type { Worker } from 'node:worker_threads';

/** Node tells of a thread as soon as it is made. */
export async function threadsOf(work: () => Promise<unknown>, each: (thread: Worker) => void = () => {}): Promise<Worker[]> {
  const threads: Worker[] = [];
  const note = (thread: Worker) => {
    threads.push(thread);
    each(thread);
  };
  process.on('worker', note);
  try {
    await work();
  } finally {
    process.off('worker', note);
  }
  return threads;
}

/** Ended threads have no id any more. */
export const alive = (threads: Worker[]): number => threads.filter(({ threadId }) => threadId > 0).length;
