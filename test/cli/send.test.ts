/** `send` as its users run it, and what it prints. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { sendFile } from '../../src/cli/send.ts';
import type { SendOptions, SentEvent } from '../../src/core/given-events.ts';
import { screen } from './double.ts';
import { runMain } from './spawn.ts';

const event = (id: string, more: object = {}) =>
  JSON.stringify({
    event_name: 'Cancelled Subscription',
    event_id: id,
    timestamp: '2026-11-20T12:00:00Z',
    properties: { id: '77', total_price: 1, total_tax: 0, total_shipping: 0, currency: 'EUR' },
    profile_properties: {},
    aliases: ['urn:customer_id:77'],
    ...more,
  });

const store = (name: string) => `
  - name: ${name}
    shop: ${name}-store
    clientId: id
    clientSecret: \${SECRET}
    converge: { endpoint: https://postback.example.com/x }`;

describe('the command', () => {
  let folder: string;
  const send = (args: string[], input = '') => runMain(['send', ...args], { cwd: folder, input });
  const file = (name: string, ...lines: string[]) => writeFileSync(join(folder, name), lines.join('\n'));
  const listed = async () => {
    const { stdout } = await runMain(['events', 'list', '--json'], { cwd: folder });
    return (JSON.parse(stdout) as { eventId: string; store: string }[]).map(({ eventId, store: of }) => `${of} ${eventId}`);
  };
  const stores = (...names: string[]) => file('connector.yaml', `stores:${names.map(store).join('')}`);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'send-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    file('.env', 'SECRET=s');
    stores('main');
  });

  it('takes one event, twice without harm, and refuses another one with its id', async () => {
    file('one.json', JSON.stringify(JSON.parse(event('a')), null, 2));
    const first = await send(['one.json']);
    expect(first).toEqual({
      code: 0,
      stdout: 'main  1 event put on the outbox for converge\nNo daemon runs: they wait in the outbox until one is started.\n',
      stderr: '',
    });
    expect(await send(['one.json'])).toEqual({ code: 0, stdout: 'main  1 already there (1 pending)\n', stderr: '' });
    file('other.json', event('a', { aliases: ['urn:customer_id:78'] }));
    expect(await send(['other.json'])).toEqual({
      code: 1,
      stdout: 'main  1 refused\n',
      stderr: 'event 1 (a)\n  event_id: is that of another event: give this one an id of its own\n',
    });
    expect(await listed()).toEqual(['main a']);
  });

  it('takes what is right of several lines and lists the rest', async () => {
    file('events.jsonl', event('a'), '', '{"event_id":', event('b', { timestamp: 'yesterday', aliases: [] }), event('c'));
    const { code, stdout, stderr } = await send(['events.jsonl']);
    expect([code, stdout.split('\n')[0]]).toEqual([3, 'main  2 events put on the outbox for converge, 2 refused']);
    expect(stderr.trimEnd().split('\n')).toEqual([
      'line 3',
      '  is not valid JSON',
      'line 4 (b)',
      expect.stringMatching(/^ {2}timestamp: must be a time with its zone/),
      expect.stringMatching(/^ {2}aliases: must be a list of 1 to 10/),
    ]);
    expect(await listed()).toEqual(['main c', 'main a']);
  });

  it('reads stdin, prints JSON, and says nothing when quiet and well', async () => {
    const piped = await send(['-', '--json'], event('a'));
    expect(piped.code).toBe(0);
    expect(JSON.parse(piped.stdout)).toEqual({
      store: 'main',
      destination: 'converge',
      daemon: false,
      events: [{ line: null, eventId: 'a', outcome: 'queued', state: 'pending', problems: [] }],
    });
    expect(await send(['-', '--quiet'], `${event('a')}\n${event('b')}`)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('wants the store named where there are several', async () => {
    stores('main', 'second');
    file('one.json', event('a'));
    const unnamed = await send(['one.json']);
    expect([unnamed.code, unnamed.stderr]).toEqual([2, expect.stringMatching(/main, second.*--store NAME/)]);
    expect((await send(['one.json', '--store', 'third'])).code).toBe(2);
    expect((await send(['one.json', '--store', 'second'])).code).toBe(0);
    expect(await listed()).toEqual(['second a']);
  });

  it.each<[string, string[], string, number, RegExp]>([
    ['no file named', [], '', 2, /missing required argument 'file'/],
    ['a file that is not there', ['none.json'], '', 2, /none\.json cannot be read \(ENOENT\)/],
    ['a folder', ['.'], '', 2, /EISDIR/],
    ['a destination nobody knows', ['-', '--destination', 'moon'], event('a'), 2, /Events can be sent to converge/],
    ['nothing in it', ['-'], '', 1, /nothing in it/],
    ['no JSON', ['-'], 'x', 1, /is not valid JSON/],
  ])('%s', async (_, args, input, code, said) => {
    const ended = await send(args, input);
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(said)]);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
    expect(await listed()).toEqual([]);
  });
});

describe('what it prints', () => {
  const app = (events: SentEvent[], daemon: boolean) => ({
    send: async (_given: unknown, { destination = 'converge' }: SendOptions) => ({ store: 'main', destination, daemon, events }),
  });
  const sent = (outcome: SentEvent['outcome'], state: SentEvent['state'], more: Partial<SentEvent> = {}): SentEvent => {
    return { line: null, eventId: 'a', outcome, state, problems: [], ...more };
  };
  const stdin = () => Readable.from([Buffer.from('{}')]);

  it('who delivers them', async () => {
    const on = screen();
    expect(await sendFile(app([sent('queued', 'pending')], true), '-', {}, on, stdin())).toBe(0);
    expect(on.text()).toBe('main  1 event put on the outbox for converge\nThe daemon delivers them.');
  });

  it('what became of those that were there', async () => {
    const on = screen();
    const there = [sent('already_there', 'dead'), sent('already_there', 'delivered'), sent('already_there', 'delivered')];
    expect(await sendFile(app(there, true), '-', {}, on, stdin())).toBe(0);
    expect(on.text()).toBe('main  3 already there (2 delivered · 1 dead)');
  });

  it('nothing that moves the cursor', async () => {
    const on = screen();
    await sendFile(app([sent('invalid', null, { eventId: 'a\u001b[2J', problems: ['x\u001b[2J: is wrong'] })], true), '-', {}, on, stdin());
    expect(on.failed).toEqual(['event 1 (a\\u001b[2J)\n  x\\u001b[2J: is wrong']);
  });

  it('that a text is too large, before it is all in memory', async () => {
    const piece = Buffer.alloc(1024 * 1024, ' ');
    let pieces = 0;
    const endless = Readable.from({
      [Symbol.asyncIterator]: () => ({ next: async () => ({ done: (pieces += 1) > 1_000, value: piece }) }),
    } as AsyncIterable<Buffer>);
    await expect(sendFile(app([], true), '-', {}, screen(), endless)).rejects.toMatchObject({
      code: 'CLI_USAGE',
      message: expect.stringMatching(/64 MB.*Split it/),
    });
    expect(pieces).toBeLessThan(100);
  });
});
