/** `preview`: what would be sent for one order, why, and the exact JSON. Sends nothing. */
import type { App, Preview } from '../app.ts';
import type { Derivation } from '../core/decision.ts';
import { ConnectorError } from '../core/errors.ts';
import { OK } from './exit-codes.ts';
import { clean, printJson, table, wrapped, type Screen } from './screen.ts';
import { countOf, timeIn } from './words.ts';

/** Throws CLI_ORDER_NOT_FOUND. */
export async function previewOrder(
  app: Pick<App, 'preview' | 'status'>,
  order: string,
  options: { store?: string },
  screen: Screen,
): Promise<number> {
  const preview = await app.preview(order, options.store);
  if (!preview) {
    const where = options.store === undefined ? 'no configured store has' : `store "${options.store}" does not have`;
    throw new ConnectorError(
      'CLI_ORDER_NOT_FOUND',
      `Shopify says ${where} an order "${order}". Give its number in the admin's address, or its name such as '#1001'; without read_all_orders only the last 60 days are visible.`,
    );
  }
  if (screen.json) {
    printJson(screen, preview);
    return OK;
  }
  const { stores } = await app.status();
  const row = stores.find(({ name }) => name === preview.store)?.row;
  printPreview(clean(preview), { currency: row?.currency ?? '', timeZone: row?.timeZone ?? 'UTC' }, screen);
  return OK;
}

interface Shop {
  currency: string;
  timeZone: string;
}

function printPreview({ store, order, derivation, destinations, previous }: Preview, shop: Shop, screen: Screen): void {
  const { bold } = screen.colours;
  const rows = [
    ['decision', decisionText(derivation, screen)],
    ['total', `${derivation.total} ${shop.currency}`.trim()],
    ['channel', `${derivation.channel}${derivation.channelMapped ? '' : ' (not mapped: see salesChannels)'}`],
    ['historical', derivation.historical ? 'yes: placed before the store was connected' : 'no'],
    ...derivation.refunds.map(({ id, state, reason, amount }) => [
      'refund',
      `${id}  ${amount} ${shop.currency}  ${state.replaceAll('_', ' ')}${reason ? `: ${reason}` : ''}`,
    ]),
    ...(derivation.dueAgainAt === null
      ? []
      : [['read again', `${timeIn(shop.timeZone, derivation.dueAgainAt)}${because(derivation.dueAgainReason)}`]]),
    ...(previous === null
      ? []
      : [['before', `${previous.decision.replaceAll('_', ' ')}${because(previous.reason)}${sentText(previous, shop)}`]]),
    ...derivation.warnings.map(({ code, detail }) => [
      'warning',
      screen.colours.warning(
        `${code.toLowerCase().replaceAll('_', ' ')}: ${Object.entries(detail)
          .map((entry) => entry.join(' '))
          .join(', ')}`,
      ),
    ]),
  ];
  screen.print(`${bold(`Order ${order.name}`)} (${order.id}) of ${store}\n${table(rows, '  ', screen.width)}`);
  screen.print(`\n${bold('Why')}\n${derivation.trail.map((line) => `  ${wrapped(line, screen.width, '  ')}`).join('\n')}`);
  const sentBefore = previous === null || previous.sentTotal === null ? '' : ` What was written before: events list --order ${order.id}`;
  const none = `${bold('Nothing would be sent.')}${sentBefore}`;
  screen.print(`\n${derivation.events.length === 0 ? none : bold(`Would be sent: ${countOf(derivation.events.length, 'event')}`)}`);
  for (const event of derivation.events) {
    const takers = destinations.filter(({ eventNames }) => eventNames?.includes(event.event_name) ?? true);
    screen.print(`${screen.colours.dim(`to ${takers.map(({ name }) => name).join(' and ')}`)}\n${JSON.stringify(event, null, 2)}`);
  }
}

function decisionText({ decision, reason }: Derivation, { colours }: Screen): string {
  const colour = { sent: colours.good, held: colours.warning }[decision as string] ?? colours.bold;
  return `${colour(decision.replaceAll('_', ' '))}${because(reason)}`;
}

function because(reason: string | null): string {
  return reason === null ? '' : ` (${reason})`;
}

function sentText({ sentTotal }: NonNullable<Preview['previous']>, { currency }: Shop): string {
  return sentTotal === null ? '' : `, Placed Order written with ${sentTotal} ${currency}`;
}
