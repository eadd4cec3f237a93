/** `disconnect`: removes our webhook subscriptions and forgets the token. */
import type { App } from '../app.ts';
import { ofResults } from './exit-codes.ts';
import { clean, printJson, type Screen } from './screen.ts';

export async function disconnectStores(app: Pick<App, 'disconnect'>, options: { store?: string }, screen: Screen): Promise<number> {
  const reports = await app.disconnect(options.store);
  if (screen.json) {
    printJson(screen, reports);
  } else {
    const { bold, bad } = screen.colours;
    for (const { store, removed, error } of clean(reports)) {
      const done =
        removed.length === 0 ? 'no webhook subscription of ours was left' : `webhook subscriptions removed: ${removed.join(' ')}`;
      if (error) screen.fail(`${bold(store)}  ${bad('not disconnected')}\n  ${error.message}`);
      else if (!screen.quiet) screen.print(`${bold(store)}  disconnected; ${done}`);
    }
  }
  return ofResults(reports.map(({ error }) => !error));
}
