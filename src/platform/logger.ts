/** The log: one line per business fact, static messages with fields. Fields are chosen by hand, so no secret or personal data gets in. */
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
    destination ?? (options.pretty ? prettyStream(options) : pino.destination({ fd: options.fd, sync: true })),
  );
}

/** Loaded only where people look: a daemon that logs JSON does without it. */
function prettyStream({ fd, colour }: LogOptions): DestinationStream {
  const pretty = createRequire(import.meta.url)('pino-pretty') as typeof Pretty;
  return pretty({ destination: fd, colorize: colour, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss', sync: true });
}
