/** `start`: the daemon, until it is told to stop. */
import type { App } from '../app.ts';
import { collectGarbage } from '../platform/collect-garbage.ts';
import { OK } from './exit-codes.ts';
import type { StopSignal } from './signals.ts';

/** A signal that comes while it still starts is heeded as soon as it has. */
export async function runDaemon(app: Pick<App, 'start'>, stop: StopSignal): Promise<number> {
  const daemon = await app.start();
  collectGarbage();
  await stop.received;
  await daemon.stop();
  return OK;
}
