/** `start`: the daemon, until it is told to stop. */
import type { App } from '../app.ts';
import type { Config } from '../config/index.ts';
import { releaseMemory } from '../platform/collect-garbage.ts';
import { OK } from './exit-codes.ts';
import type { ReloadSignal, StopSignal } from './signals.ts';

interface DaemonSignals {
  stop: StopSignal;
  reload: ReloadSignal;
}

/** A signal that comes while it still starts is heeded as soon as it has. `load` reads the config anew. */
export async function runDaemon(app: Pick<App, 'start'>, { stop, reload }: DaemonSignals, load: () => Config): Promise<number> {
  const daemon = await app.start();
  releaseMemory();
  reload.heed(() => void daemon.reload(load));
  await stop.received;
  await daemon.stop();
  return OK;
}
