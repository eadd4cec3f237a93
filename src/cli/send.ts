/** `send`: puts the events of a file on the outbox, and lists those that were refused. */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { App } from '../app.ts';
import { ConnectorError, errorCode } from '../core/errors.ts';
import { isTaken, readGivenEvents, type SendOptions, type SendReport, type SentEvent } from '../core/given-events.ts';
import { ofResults } from './exit-codes.ts';
import { clean, printJson, type Screen } from './screen.ts';
import { countOf, tally } from './words.ts';

/** A JSON text must fit into memory several times over. */
const MAX_BYTES = 64 * 1024 * 1024;

/** `file`: a path, or `-` for `stdin`. Throws CLI_USAGE when it cannot be read. */
export async function sendFile(
  app: Pick<App, 'send'>,
  file: string,
  options: SendOptions,
  screen: Screen,
  stdin: Readable = process.stdin,
): Promise<number> {
  const given = readGivenEvents(await read(file === '-' ? stdin : createReadStream(file), file === '-' ? 'stdin' : file));
  const report = await app.send(given, options);
  if (screen.json) printJson(screen, report);
  else printReport(clean(report), screen);
  return ofResults(report.events.map(isTaken));
}

async function read(stream: Readable, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BYTES) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw new ConnectorError('CLI_USAGE', `${name} cannot be read (${errorCode(error)}). Name a file with events, or - for stdin.`, {
      cause: error,
    });
  }
  if (size <= MAX_BYTES) return Buffer.concat(chunks);
  throw new ConnectorError('CLI_USAGE', `${name} is larger than ${MAX_BYTES / 1024 / 1024} MB. Split it, for example with split -l 10000.`);
}

function printReport({ store, destination, daemon, events }: SendReport & { daemon: boolean }, screen: Screen): void {
  const { bold, bad, dim } = screen.colours;
  const queued = events.filter(({ outcome }) => outcome === 'queued').length;
  const there = events.filter(({ outcome }) => outcome === 'already_there');
  const refused = events.length - queued - there.length;
  const states = tally(countBy(there.map(({ state }) => state ?? '')));
  const parts = [
    queued > 0 ? `${countOf(queued, 'event')} put on the outbox for ${destination}` : '',
    there.length > 0 ? `${there.length} already there (${states})` : '',
    refused > 0 ? bad(`${refused} refused`) : '',
  ];
  if (!screen.quiet) screen.print(`${bold(store)}  ${parts.filter(Boolean).join(', ')}`);
  for (const [index, event] of events.entries()) {
    if (!isTaken(event)) screen.fail([`${bold(place(event, index))}`, ...event.problems.map((problem) => `  ${problem}`)].join('\n'));
  }
  if (screen.quiet || queued === 0) return;
  const waits = 'No daemon runs: they wait in the outbox until one is started.';
  screen.print(dim(daemon ? 'The daemon delivers them.' : waits));
}

function place({ line, eventId }: SentEvent, index: number): string {
  return `${line === null ? `event ${index + 1}` : `line ${line}`}${eventId === null ? '' : ` (${eventId})`}`;
}

function countBy(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
