/** From the arguments to an exit code; errors become one message on the way. */
import { CommanderError } from 'commander';
import { readEnvironment } from '../config/index.ts';
import { errorCode } from '../core/errors.ts';
import { FAILED, ofError, OK, USAGE } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { printError } from './screen.ts';
import { openSession, type GlobalFlags } from './session.ts';

/** Resolves to 0 ok, 1 failed, 2 bad usage or config, 3 partly done. Never rejects. */
export async function run(args: string[]): Promise<number> {
  // Whoever reads us has seen enough (`… | head`).
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? OK : FAILED));
  const env = readEnvironment();
  let code = OK;
  const program = createProgram(env, (result) => (code = result));
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? OK : USAGE;
    const { screen, flags } = openSession(program.opts<GlobalFlags>(), env);
    printError(screen, error, flags.verbose ?? false);
    return ofError(errorCode(error));
  }
}
