/** `dead-letters show`: one dead letter whole: body, attempts with their answers, the decision, what waits behind it. */
import { relative, time } from '../admin/time.ts';
import type { App } from '../app.ts';
import { ConnectorError } from '../core/errors.ts';
import type { DeadLetterDetails } from '../store/types.ts';
import { attemptCells } from './events-show.ts';
import { OK } from './exit-codes.ts';
import { clean, printJson, table, type Screen } from './screen.ts';

/** Throws CLI_DEAD_LETTER_NOT_FOUND. */
export async function showDeadLetter(app: Pick<App, 'showDeadLetter'>, id: string, screen: Screen): Promise<number> {
  const found = await app.showDeadLetter(id);
  if (!found) {
    throw new ConnectorError(
      'CLI_DEAD_LETTER_NOT_FOUND',
      `There is no dead letter "${id}". Run dead-letters list: the first column and the event id are ids.`,
    );
  }
  if (screen.json) {
    printJson(screen, { ...found, body: found.body === null ? null : (JSON.parse(found.body) as unknown) });
    return OK;
  }
  screen.print(textOf(clean(found), screen));
  return OK;
}

function textOf({ letter, body, attempts, trail, behind }: DeadLetterDetails, { colours, now }: Screen): string {
  const { bold, bad, dim } = colours;
  const { id, kind, state, store, orderId, orderName, destination, eventId, name, reason } = letter;
  const facts = [
    ['id', id],
    ...(eventId === null ? [] : [['event id', eventId]]),
    ['store', store],
    ['order', orderName === null ? orderId : `${orderName} (${orderId})`],
    ...(destination === null ? [] : [['to', destination]]),
    ['reason', state === 'dead' ? bad(reason) : reason],
    ['set aside', `${time(letter.setAsideAt)} (${relative(letter.setAsideAt, now)})`],
    [kind === 'event' ? 'written' : 'first due', time(letter.createdAt)],
    ['attempts', String(letter.attempts)],
  ];
  const parts = [`${bold(name ?? 'Order that could not be read or derived')}\n${table(facts, '  ')}`];
  if (behind.length > 0) {
    const rows = behind.map((event) => [String(event.id), event.eventId, event.name]);
    parts.push(`${bold('Blocked behind it')}\n${table(rows, '  ')}`);
  }
  if (trail.length > 0) parts.push(`${bold('Why')}\n${trail.map((line) => `  ${line}`).join('\n')}`);
  if (kind === 'event') {
    parts.push(`${bold('Attempts')}\n${attempts.length === 0 ? '  none' : table(attempts.map(attemptCells), '  ')}`);
    parts.push(
      `${bold('Body')}\n${body === null ? dim('  removed: it is past retention.days') : JSON.stringify(JSON.parse(body), null, 2)}`,
    );
  }
  if (state === 'dead') parts.push(dim(`Next: dead-letters replay ${id}, or dead-letters discard ${id} --reason TEXT.`));
  return parts.join('\n\n');
}
