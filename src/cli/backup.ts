/** `backup`: an online copy of the database. */
import { resolve } from 'node:path';
import type { Config } from '../config/index.ts';
import { OK } from './exit-codes.ts';
import { printJson, type Screen } from './screen.ts';
import type { StopSignal } from './signals.ts';

export interface BackupCommand {
  path: string;
  force: boolean;
  stop: StopSignal;
}

const MB = 1_000_000;

export async function backUpDatabase(
  config: Pick<Config, 'storage'>,
  { path, force, stop }: BackupCommand,
  screen: Screen,
): Promise<number> {
  const { backUp } = await import('../store/backup.ts');
  const stopping = new AbortController();
  void stop.received.then(() => stopping.abort());
  const to = resolve(path);
  const progress = progressLine(screen);
  try {
    const { bytes } = await backUp({ from: config.storage.path, to, force, signal: stopping.signal, onProgress: progress.show });
    progress.clear();
    if (screen.json) printJson(screen, { path: to, bytes, checked: true });
    else if (!screen.quiet) screen.print(`${to}: ${(bytes / MB).toFixed(1)} MB, ${screen.colours.good('copied and checked')}`);
    return OK;
  } finally {
    progress.clear();
  }
}

/** One line on a terminal that is written over, nothing elsewhere: a copy of a gigabyte takes seconds. */
function progressLine({ json, quiet }: Screen): { show(share: number): void; clear(): void } {
  const { stderr } = process;
  if (!stderr.isTTY || json || quiet) return { show: () => {}, clear: () => {} };
  return {
    show: (share) => void stderr.write(`\rcopying … ${Math.floor(share * 100)} %`),
    clear: () => void stderr.write('\r\u001b[K'),
  };
}
