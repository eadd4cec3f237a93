/** What the daemon does about a store's connection at every look. */
import type { StoreRow } from '../store/types.ts';
import { isConnectionRefused } from '../shopify/index.ts';
import {
  checkConnection,
  connect,
  DISCONNECTED_BY_USER,
  isConnectionLost,
  removeSubscriptions,
  repairSubscriptions,
  type InstallOptions,
} from './install.ts';

/**
 * Connects what is not connected, repairs the subscriptions of what is, and looks again where a signal asked for it. Resolves to whether the store is connected.
 * A store its user disconnected stays so while the daemon runs (`firstLook` false); one that was uninstalled is tried again at every look.
 * Throws when Shopify cannot be asked, and for a store never connected whatever stands in the way.
 */
export async function keepConnected(install: InstallOptions, row: StoreRow | null, firstLook: boolean): Promise<boolean> {
  if (row === null) {
    await connect(install);
    return true;
  }
  if (row.state === 'disconnected') return await connectAgain(install, row, firstLook);
  if (row.checkRequestedAt !== null || firstLook) return await checkConnection(install, row);
  return await repair(install, row);
}

async function connectAgain(install: InstallOptions, row: StoreRow, firstLook: boolean): Promise<boolean> {
  const stays = row.stateReason === DISCONNECTED_BY_USER && !firstLook;
  if (stays) install.shopify.forgetToken();
  const connected = stays ? false : await connectOr(install);
  if (row.checkRequestedAt !== null) await install.store.clearConnectionCheck(install.storeName, row.checkRequestedAt);
  return connected;
}

/** False: still lost. */
async function connectOr(install: InstallOptions): Promise<boolean> {
  try {
    await connect(install);
    return true;
  } catch (error) {
    if (isConnectionLost(error)) return false;
    throw error;
  }
}

async function repair(install: InstallOptions, row: StoreRow): Promise<boolean> {
  const { store, storeName, webhookUri } = install;
  if (webhookUri === null) return true;
  try {
    await repairSubscriptions(install, webhookUri);
  } catch (error) {
    if (!isConnectionRefused(error)) throw error;
    return await checkConnection(install, row);
  }
  if ((await store.getStore(storeName))?.state === 'connected') return true;
  // Disconnected by a command while we repaired: what was put back has to go.
  await removeSubscriptions(install, webhookUri);
  install.shopify.forgetToken();
  return false;
}
