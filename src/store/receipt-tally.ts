/** How many receipts are kept: counted by whoever adds or removes some, where the other tallies are kept by triggers (drizzle/). */
import type { Connection } from './open.ts';

/** Adds `number`, below 0: takes away. Call within the transaction of the rows. */
export function receiptTally({ client }: Connection): (store: string, number: number) => void {
  const add = client.prepare<[string, number]>(
    `insert into tallies (store, subject, key, number, amount) values (?, 'receipt', '', ?, 0) on conflict do update set number = number + excluded.number`,
  );
  return (store, number) => {
    if (number !== 0) add.run(store, number);
  };
}
