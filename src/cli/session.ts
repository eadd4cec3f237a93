/** What every command starts from: the global flags, a screen, the config, the open app. */
import { stripVTControlCharacters } from 'node:util';
import type { App } from '../app.ts';
import { loadConfig, type Config, type Environment } from '../config/index.ts';
import type { Logger } from '../platform/logger.ts';
import { createColours, type Screen } from './screen.ts';

/** As commander hands them over. */
export interface GlobalFlags {
  config?: string;
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  /** False with `--no-color`. */
  color: boolean;
}

export interface Session {
  flags: GlobalFlags;
  env: Environment;
  screen: Screen;
}

export function openSession(flags: GlobalFlags, env: Environment): Session {
  const screen: Screen = {
    json: flags.json ?? false,
    quiet: flags.quiet ?? false,
    colours: createColours(wantsColour(flags, env)),
    width: process.stdout.isTTY ? process.stdout.columns : null,
    now: Date.now(),
    print: (text) => void process.stdout.write(`${text}\n`),
    fail: (text) => void process.stderr.write(`${process.stderr.isTTY ? text : stripVTControlCharacters(text)}\n`),
  };
  return { flags, env, screen };
}

/** See no-color.org: any value but the empty one counts. */
export function wantsColour(flags: Pick<GlobalFlags, 'color'>, env: Environment): boolean {
  return flags.color && !env.NO_COLOR && process.stdout.isTTY;
}

/** As the user wrote it. */
export function configPath({ flags, env }: Pick<Session, 'flags' | 'env'>): string {
  return flags.config ?? (env.CONNECTOR_CONFIG || 'connector.yaml');
}

/** Throws ConfigError. */
export function readConfig(session: Session): Config {
  return loadConfig({ path: configPath(session), env: session.env });
}

/** The daemon logs to stdout, everything else to stderr; for people where somebody looks. */
export async function openLogger({ flags, env, screen }: Session, kind: 'daemon' | 'command'): Promise<Logger> {
  const { createLogger } = await import('../platform/logger.ts');
  const stream = kind === 'daemon' ? process.stdout : process.stderr;
  return createLogger({
    level: logLevel(flags, kind),
    fd: kind === 'daemon' ? 1 : 2,
    pretty: stream.isTTY && !screen.json,
    colour: wantsColour(flags, env),
  });
}

/** Opens the app for one command and closes it whatever happens. */
export async function withApp<Result>(session: Session, kind: 'daemon' | 'command', use: (app: App) => Promise<Result>): Promise<Result> {
  const config = readConfig(session);
  // Only now: what these bring along takes most of a command's time, and help and config need none of it.
  const [{ openApp }, logger] = await Promise.all([import('../app.ts'), openLogger(session, kind)]);
  const app = await openApp(config, { logger });
  try {
    return await use(app);
  } finally {
    await app.close();
  }
}

/** A command prints what it did itself; its log is for what went wrong. */
function logLevel(flags: GlobalFlags, kind: 'daemon' | 'command') {
  if (flags.verbose) return 'debug';
  if (kind === 'daemon') return flags.quiet ? 'warn' : 'info';
  return flags.quiet ? 'error' : 'warn';
}
