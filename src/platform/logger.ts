/** The log: one line per business fact, static messages with fields. Fields are chosen by hand, so no secret or personal data gets in. */
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import pretty from 'pino-pretty';

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
  const stream =
    destination ??
    (options.pretty
      ? pretty({ destination: options.fd, colorize: options.colour, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss', sync: true })
      : pino.destination({ fd: options.fd, sync: true }));
  return pino(
    { level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } },
    stream,
  );
}
