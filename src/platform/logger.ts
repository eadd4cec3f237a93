/** The log: one line per business fact, static messages with fields. Fields are chosen by hand, so no secret or personal data gets in. */
import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type Pretty from 'pino-pretty';
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error' | 'isLevelEnabled'> & {
  child(fields: Record<string, unknown>): Logger;
};

export interface LogOptions {
  level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** File descriptor: 1 for the daemon, 2 for one-shot commands. */
  fd: 1 | 2;
  /** Lines for people instead of JSON. */
  pretty: boolean;
  colour: boolean;
}

export function createLogger(options: LogOptions, destination?: DestinationStream): Logger {
  return pino(
    { level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } },
    destination ?? quietly(options.pretty ? prettyStream(options) : pino.destination({ fd: options.fd, sync: true })),
  );
}

/** A log nobody can write (a full disk, a closed pipe) must not end the process: lines are lost, orders are not. */
function quietly<Stream extends EventEmitter>(stream: Stream): Stream {
  return stream.on('error', () => {});
}

/** Loaded only where people look: a daemon that logs JSON does without it. */
function prettyStream({ fd, colour }: LogOptions): DestinationStream & EventEmitter {
  const pretty = createRequire(import.meta.url)('pino-pretty') as typeof Pretty;
  return pretty({ destination: fd, colorize: colour, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss', sync: true });
}
