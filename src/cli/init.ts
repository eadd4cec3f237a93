/** `init`: from questions or flags to a checked `connector.yaml` and `.env`. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { loadConfig, type Environment } from '../config/index.ts';
import { createLogger } from '../platform/logger.ts';
import { askOn, type Ask } from './ask.ts';
import { checkText } from './doctor.ts';
import { FAILED, OK } from './exit-codes.ts';
import { completeAnswers, givenAnswers, refuseFaulty, type Answers, type InitFlags } from './init-answers.ts';
import { answerChecks, type AnswerChecks, type Named } from './init-checks.ts';
import { configText, envText, refuseExisting, writeFiles } from './init-files.ts';
import { askAnswers } from './init-questions.ts';
import { printJson, wrapped, type Screen } from './screen.ts';
import { configPath, type Session } from './session.ts';

export interface InitOptions {
  flags: InitFlags;
  env: Environment;
  /** Where `connector.yaml` goes; `.env` goes beside it. */
  path: string;
  /** How this program is called, for the next step. */
  program: string;
  checks: AnswerChecks;
  /** Null: nobody can be asked. */
  ask: Ask | null;
}

/** As a command: asks where there is a terminal to ask on. */
export async function initHere(flags: InitFlags, session: Session): Promise<number> {
  const { screen, env } = session;
  const logger = createLogger({ level: session.flags.verbose ? 'debug' : 'silent', fd: 2, pretty: true, colour: false });
  const ask = process.stdin.isTTY && process.stdout.isTTY && !screen.json && !screen.quiet ? askOn() : null;
  // In a checkout npm brings the Node it needs.
  const program = import.meta.filename.endsWith('.ts') ? 'npm run connector --' : 'shopify-converge';
  return await runInit({ flags, env, path: configPath(session), program, checks: answerChecks(logger), ask }, screen);
}

/** 0: both files are written. 1: a check failed and nothing was written. Throws CLI_USAGE, CLI_EXISTS, CLI_CANCELLED, CLI_WRITE, CONFIG_INVALID: then nothing was written either. */
export async function runInit({ flags, env, path, program, checks, ask }: InitOptions, screen: Screen): Promise<number> {
  const file = resolve(path);
  const envFile = join(dirname(file), '.env');
  if (!flags.force) refuseExisting([file, envFile]);
  const given = givenAnswers(flags, env);
  refuseFaulty(given);
  ask?.begin('shopify-converge: connect a store');
  const answers = ask ? await askAnswers(given, ask, flags.check ? checks : null) : completeAnswers(given);
  const found = ask || !flags.check ? [] : await checkAll(answers, checks);
  if (!ask && !screen.json)
    for (const finding of found)
      if (!screen.quiet || finding.state === 'fail') screen.print(checkText({ ...finding, store: null }, screen));
  const ok = found.every(({ state }) => state !== 'fail');
  if (ok) write(answers, file, envFile);
  const next = `${program} connect${path === 'connector.yaml' ? '' : ` --config ${path}`}`;
  if (screen.json) printJson(screen, { ok, files: ok ? [file, envFile] : [], store: answers.name, checks: found, next: ok ? next : null });
  else if (!ok) screen.fail(screen.colours.bad('Nothing was written. Correct what failed, or write it down unchecked with --no-check.'));
  else if (ask) ask.end(done(file, envFile, next, screen));
  else if (!screen.quiet) screen.print(done(file, envFile, next, screen));
  return ok ? OK : FAILED;
}

async function checkAll(answers: Answers, checks: AnswerChecks): Promise<Named[]> {
  return [
    ...(await checks.shop(answers)),
    ...(await checks.endpoint(answers.endpoint)),
    ...(answers.publicUrl === null ? [] : await checks.publicUrl(answers.publicUrl)),
  ];
}

/** Read back before it is written: what is written is valid. */
function write(answers: Answers, file: string, envFile: string): void {
  const yaml = configText(answers);
  const env = envText(answers, existsSync(envFile) ? readFileSync(envFile, 'utf8') : '');
  loadConfig({ path: file, env: {}, readFile: (name) => (name === file ? yaml : name === envFile ? env : readFileSync(name, 'utf8')) });
  writeFiles([
    { path: envFile, text: env, mode: 0o600 },
    { path: file, text: yaml, mode: 0o644 },
  ]);
}

function done(file: string, envFile: string, next: string, { colours, width }: Screen): string {
  const said = `${file} and ${envFile} are written; the second holds the secrets and can be read by you alone. Is Converge's own Shopify source off for this shop? Two sources count every order twice.`;
  return `${wrapped(said, width === null ? null : width - 4, '')}\n${colours.bold('Next:')} ${next}`;
}
