/** `events show`: one event with its body, its attempts and the decision behind it. */
import { relative, time } from '../admin/time.ts';
import type { App } from '../app.ts';
import { ConnectorError } from '../core/errors.ts';
import type { Attempt } from '../store/types.ts';
import { OK } from './exit-codes.ts';
import { clean, printJson, table, wrapped, type Screen } from './screen.ts';

/** Throws CLI_EVENT_NOT_FOUND. */
export async function showEvent(app: Pick<App, 'showEvent'>, id: string, screen: Screen): Promise<number> {
  const found = await app.showEvent(id);
  if (!found)
    throw new ConnectorError(
      'CLI_EVENT_NOT_FOUND',
      `There is no event "${id}". Run events list: the first column and the event id are ids.`,
    );
  if (screen.json) {
    const { body, ...event } = found.event;
    printJson(screen, { ...found, event: { ...event, body: body === null ? null : (JSON.parse(body) as unknown) } });
    return OK;
  }
  const { event, attempts, orderName, trail } = clean(found);
  const { bold, dim } = screen.colours;
  const facts = [
    ['id', String(event.id)],
    ['event id', event.eventId],
    ['store', event.store],
    ['order', orderName === null ? event.orderId : `${orderName} (${event.orderId})`],
    ['to', event.destination],
    ['status', `${event.state}${event.outcome === null || event.outcome === event.state ? '' : `: ${event.outcome}`}`],
    ['written', `${time(event.createdAt)} (${relative(event.createdAt, screen.now)})${event.lane === 'historical' ? ', historical' : ''}`],
    ...(event.settledAt === null ? [] : [['settled', time(event.settledAt)]]),
    ...(event.nextAttemptAt === null
      ? []
      : [['next attempt', `${time(event.nextAttemptAt)} (${relative(event.nextAttemptAt, screen.now)})`]]),
  ];
  screen.print(`${bold(event.name)}\n${table(facts, '  ', screen.width)}`);
  if (trail.length > 0) screen.print(`\n${bold('Why')}\n${trail.map((line) => `  ${wrapped(line, screen.width, '  ')}`).join('\n')}`);
  screen.print(`\n${bold('Attempts')}\n${attempts.length === 0 ? '  none yet' : table(attempts.map(attemptCells), '  ', screen.width)}`);
  const body = event.body === null ? dim('  removed: it is past retention.days') : JSON.stringify(JSON.parse(event.body), null, 2);
  screen.print(`\n${bold('Body')}\n${body}`);
  return OK;
}

export function attemptCells({ at, latencyMs, status, answer }: Attempt): string[] {
  return [time(at), status === null ? 'no answer' : String(status), `${latencyMs} ms`, (answer ?? '').replace(/\s+/g, ' ')];
}
