/** Every command with its flags, and what it calls. */
import { readFileSync } from 'node:fs';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { App } from '../app.ts';
import type { Environment } from '../config/index.ts';
import { auditStores, type AuditFlags } from './audit.ts';
import { backUpDatabase } from './backup.ts';
import { printCompletion, SHELLS, type Shell } from './completion.ts';
import { runBackfill, type BackfillCommandOptions } from './backfill.ts';
import { checkConfig, printConfig, printSchema } from './config.ts';
import { connectStores } from './connect.ts';
import { discardDeadLetters, listDeadLetters, replayDeadLetters, type DeadLetterOptions } from './dead-letters.ts';
import { showDeadLetter } from './dead-letters-show.ts';
import { disconnectStores } from './disconnect.ts';
import { runDoctor, type Checkup } from './doctor.ts';
import { listEvents, type EventListOptions } from './events-list.ts';
import { showEvent } from './events-show.ts';
import { listed, type InitFlags } from './init-answers.ts';
import { previewOrder } from './preview.ts';
import { sendFile } from './send.ts';
import { openLogger, openSession, readConfig, wantsColour, withApp, type GlobalFlags, type Session } from './session.ts';
import { awaitReload, awaitStop } from './signals.ts';
import { runDaemon } from './start.ts';
import { showStatus } from './status.ts';
import { watchHere } from './watch.ts';

interface StoreOption {
  store?: string;
}

/** `done` is told the exit code of the command that ran. */
export function createProgram(env: Environment, done: (code: number) => void): Command {
  const program = new Command('shopify-converge')
    .description('Turns Shopify orders into Converge events: nothing lost, nothing doubled, every order accounted for.')
    .version(version())
    .option('--config <path>', 'the config file (default: connector.yaml, or $CONNECTOR_CONFIG)')
    .option('--json', 'machine output on stdout')
    .option('--quiet', 'only failures and what was asked for')
    .option('--verbose', 'log everything; print where errors come from')
    .option('--no-color', 'no colours')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .showHelpAfterError('Run it with --help to see what there is.');

  const command = (name: string, description: string, parent = program) => parent.command(name).description(description);
  const perStore = (name: string, description: string) => command(name, description).option('--store <name>', 'this store only');
  const session = () => openSession(program.opts<GlobalFlags>(), env);
  const act = (action: (session: Session) => number | Promise<number>) => async () => done(await action(session()));
  const actOnApp = async (use: (app: App, session: Session) => Promise<number>) => {
    const opened = session();
    done(await withApp(opened, 'command', (app) => use(app, opened)));
  };

  command('init', 'write connector.yaml and .env: asks on a terminal, takes flags elsewhere; each answer is checked at once')
    .option('--shop <shop>', "the shop's myshopify.com domain")
    .option('--client-id <id>', 'of the app ($SHOPIFY_CLIENT_ID)')
    .option(
      '--client-secret-file <path>',
      'file with its client secret; -: stdin ($SHOPIFY_CLIENT_SECRET). No flag takes a secret: shells remember them',
    )
    .option('--access-token-file <path>', 'instead of the client id, for an app made in the Shopify admin ($SHOPIFY_ACCESS_TOKEN)')
    .option('--endpoint <url>', "Converge's postback endpoint ($CONVERGE_ENDPOINT)")
    .option('--converge-token-file <path>', 'its token, if it has one ($CONVERGE_TOKEN)')
    .option('--public-url <url>', 'where Shopify reaches this program')
    .option('--no-public-url', 'nowhere: Shopify is asked every minute')
    .option('--exclude-channels <list>', 'sales channels to leave out, with commas', listed)
    .option('--exclude-tags <list>', 'order tags to leave out, with commas', listed)
    .option('--upsell-minutes <n>', 'how long an order waits for upsells', minutes)
    .option('--name <name>', 'how commands and logs name the store (default: main)')
    .option('--shopify-origin <url>', 'of a sandbox, in the place of Shopify')
    .option('--force', 'write over files that are there')
    .option('--no-check', 'write the answers down unchecked')
    .action(async (flags: InitFlags) => {
      const { initHere } = await import('./init.ts');
      done(await initHere(flags, session()));
    });
  perStore('connect', 'connect the stores: token, scopes, shop facts, webhook subscriptions. Safe to repeat').action(
    (options: StoreOption) => actOnApp((app, { screen }) => connectStores(app, options, screen)),
  );
  perStore('disconnect', "remove our webhook subscriptions, stop the store's work and forget the token").action((options: StoreOption) =>
    actOnApp((app, { screen }) => disconnectStores(app, options, screen)),
  );
  command('start', 'run the daemon: receive, read, deliver. SIGHUP reads the config again').action(async () => {
    const signals = { stop: awaitStop(), reload: awaitReload() };
    const opened = session();
    done(await withApp(opened, 'daemon', (app) => runDaemon(app, signals, () => readConfig(opened))));
  });
  command('status', 'daemon, stores, subscriptions, backfills, held orders, outbox, exclusions, alerts, the last audit')
    .option('--watch', 'look again every two seconds, until Ctrl-C')
    .action(({ watch: again }: { watch?: boolean }) =>
      actOnApp((app, { screen }) => (again ? watchHere((now) => showStatus(app, now), screen) : showStatus(app, screen))),
    );
  perStore('doctor', 'check config, reach, token, scopes, subscriptions, public URL, endpoint, clock, disk, database: each with the fix')
    .option('--send-test', 'also send each Converge endpoint one event named "Connector Test"')
    .action(async ({ store, sendTest = false }: StoreOption & { sendTest?: boolean }) => {
      const opened = session();
      const [{ checkup }, logger] = await Promise.all([import('../checkup.ts'), openLogger(opened, 'command')]);
      const look: Checkup = (config, onCheck) => checkup(config, { store, sendTest, logger, onCheck });
      done(await runDoctor(() => readConfig(opened), look, opened.screen));
    });
  perStore('backfill', 'send historical orders; goes on where it stopped, repeating it is harmless')
    .option('--since <date>', "first day of creation, YYYY-MM-DD in the shop's time zone (default: backfill.since, else the first order)")
    .option('--until <date>', 'last day, included (default: until now)')
    .option('--dry-run', 'count and derive, print what would be sent, send nothing')
    .option('--detach', 'leave it to the daemon and return')
    .action(async (options: BackfillCommandOptions) => {
      const stop = awaitStop();
      await actOnApp((app, { screen }) => runBackfill(app, options, stop, screen));
    });
  perStore('preview', 'what would be sent for an order, why, and the exact JSON. Sends nothing')
    .argument('<order>', "id, gid or name such as '#1001'")
    .action((order: string, options: StoreOption) => actOnApp((app, { screen }) => previewOrder(app, order, options, screen)));

  command('send', 'put events of the Converge spec on the outbox, checked: one as JSON, or several as JSON lines')
    .argument('<file>', 'the file; -: stdin')
    .option('--store <name>', 'the store they belong to; needed when there are several')
    .option('--destination <name>', 'where they go', 'converge')
    .action((file: string, options: StoreOption & { destination: string }) =>
      actOnApp((app, { screen }) => sendFile(app, file, options, screen)),
    );

  const events = command('events', 'the event log');
  command('list', 'newest first', events)
    .option('--store <name>', 'this store only')
    .option('--order <order>', "id, gid or name such as '#1001'")
    .option('--name <event>', "event name such as 'Placed Order'")
    .addOption(new Option('--status <status>', 'status').choices(['pending', 'delivered', 'dead', 'discarded', 'blocked']))
    .option('--since <time>', 'a day (2026-11-20), a time with its zone (2026-11-20T08:00Z) or an age (30m, 12h, 7d)')
    .option('--limit <n>', 'how many at most', wholeNumber(1, 10_000), 50)
    .action((options: EventListOptions) => actOnApp((app, { screen }) => listEvents(app, options, screen)));
  command('show', 'one event: body, attempts, and the decision behind it', events)
    .argument('<id>', 'the id that list prints, or the event id')
    .action((id: string) => actOnApp((app, { screen }) => showEvent(app, id, screen)));

  const deadLetters = command('dead-letters', 'what could not go on: look at it, put it back, or discard it');
  const filtered = (name: string, description: string) =>
    command(name, description, deadLetters)
      .option('--store <name>', 'this store only')
      .option('--order <order>', "id, gid or name such as '#1001'")
      .option('--name <event>', "event name such as 'Placed Order'")
      .addOption(
        new Option('--kind <kind>', 'events that could not be delivered, or orders that could not be read').choices(['event', 'order']),
      )
      .option('--destination <name>', 'events for this destination only')
      .option('--since <time>', 'set aside since: a day (2026-11-20), a time with its zone (2026-11-20T08:00Z) or an age (30m, 12h, 7d)');
  filtered('list', 'newest first')
    .option('--discarded', 'what was discarded, instead')
    .option('--limit <n>', 'how many at most', wholeNumber(1, 10_000), 50)
    .action((options: DeadLetterOptions & { discarded?: boolean; limit: number }) =>
      actOnApp((app, { screen }) => listDeadLetters(app, options, screen)),
    );
  command('show', 'one dead letter: body, attempts with their answers, the decision, what it blocks', deadLetters)
    .argument('<id>', 'the id that list prints, or the event id')
    .action((id: string) => actOnApp((app, { screen }) => showDeadLetter(app, id, screen)));
  filtered('replay', 'put back: an event is sent again under its id with the same bytes, an order is read again')
    .argument('[ids...]', 'ids that list prints, or event ids')
    .option('--all', 'every dead letter')
    .action((ids: string[], options: DeadLetterOptions & { all?: boolean }) =>
      actOnApp((app, { screen }) => replayDeadLetters(app, ids, options, screen)),
    );
  filtered('discard', 'leave undone for good; what waits behind goes on')
    .argument('[ids...]', 'ids that list prints, or event ids')
    .option('--all', 'every dead letter')
    .requiredOption('--reason <text>', 'why, kept with it')
    .action((ids: string[], options: DeadLetterOptions & { all?: boolean; reason: string }) =>
      actOnApp((app, { screen }) => discardDeadLetters(app, ids, options, screen)),
    );
  perStore('audit', 'order accounting against Shopify: every order delivered, excluded, held, pending or dead, and what differs by name')
    .requiredOption('--since <day>', "first day, in the shop's time zone, such as 2026-11-20")
    .option('--until <day>', 'last day, included; default: today')
    .option('--every-order', 'compare each order also of days of more than 250 whose numbers agree')
    .option('--channels', 'a line per sales channel of each day')
    .action((options: AuditFlags) => actOnApp((app, { screen }) => auditStores(app, options, screen)));

  const config = command('config', 'look at the config');
  command('check', 'validate it', config).action(act((opened) => checkConfig(readConfig(opened), opened.screen)));
  command('print', 'every setting as it takes effect, secrets masked', config).action(
    act((opened) => printConfig(readConfig(opened), opened.screen)),
  );
  command('schema', 'the JSON Schema of connector.yaml', config).action(act(({ screen }) => printSchema(screen)));

  command('backup', 'an online copy of the database, checked; safe while the daemon runs')
    .argument('<path>', 'the file it becomes')
    .option('--force', 'replace a file that is there')
    .action(async (path: string, { force = false }: { force?: boolean }) => {
      const opened = session();
      done(await backUpDatabase(readConfig(opened), { path, force, stop: awaitStop() }, opened.screen));
    });

  command('completion', 'print the completion script of a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action((shell: Shell) => done(printCompletion(program, shell, session().screen)));
  command('sandbox', 'a Shopify store and a Converge endpoint on this machine, to try things against')
    .option('--port <n>', 'its port; 0: any free one', wholeNumber(0, 65_535), 4010)
    .option('--orders <n>', 'orders the store has from the start', wholeNumber(0, 100_000), 25)
    .option('--history <n>', 'older orders besides, of the two years before; none of them is held in memory', wholeNumber(0, 10_000_000), 0)
    .option('--seed <n>', 'same seed, same orders', wholeNumber(0, 2 ** 31), 1)
    .action(async (options: { port: number; orders: number; history: number; seed: number }) => {
      const stop = awaitStop();
      const { runSandbox } = await import('./sandbox.ts');
      done(await runSandbox(options, stop, session().screen));
    });
  command('demo', 'sandbox and daemon in one: orders, an upsell and a refund on their way to Converge')
    .option('--once', 'end with a summary')
    .action(async ({ once = false }: { once?: boolean }) => {
      const { flags } = session();
      const { runDemo } = await import('./demo.ts');
      done(await runDemo({ once, json: flags.json ?? false, colour: wantsColour(flags, env), verbose: flags.verbose ?? false }));
    });
  return program;
}

function version(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}

function minutes(text: string): number {
  const value = /^\d{1,6}(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(value)) throw new InvalidArgumentError('It must be a number of minutes, 0 or more.');
  return value;
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };
}
