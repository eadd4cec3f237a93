/** What the README promises of `--json` and of the log, against the program itself. */
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.ts';
import { runMain } from './spawn.ts';

const ROOT = join(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The rows of the table under a heading. */
function rows(heading: string): string[][] {
  const section = README.split(`### ${heading}\n`)[1]?.split(/\n##+ /)[0] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
}

const names = (cell: string) => [...cell.matchAll(/`([A-Za-z]+)(?:\[\])?`/g)].map((match) => match[1] ?? '');

it('each command has the documented fields', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'json-'));
  const sandbox = await startSandbox({ seed: 4, orders: 1 });
  onTestFinished(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const flags = ['--shop', sandbox.shopDomain, '--shopify-origin', sandbox.origin, '--client-id', sandbox.clientId, '--no-public-url'];
  const event = { event_name: 'Cancelled', event_id: 'c-1', properties: {}, profile_properties: {}, aliases: ['urn:customer_id:77'] };
  const commands: Record<string, string[]> = {
    init: ['init', ...flags, '--endpoint', sandbox.convergeUrl, '--client-secret-file', '-'],
    connect: ['connect'],
    status: ['status'],
    doctor: ['doctor'],
    audit: ['audit', '--since', '2026-01-01', '--until', '2026-01-02'],
    send: ['send', '-'],
    'events list': ['events', 'list'],
    'events show': ['events', 'show', 'c-1'],
    preview: ['preview', sandbox.shop.orders()[0]?.id ?? ''],
    'config check': ['config', 'check'],
    disconnect: ['disconnect'],
  };
  const input = { init: sandbox.clientSecret, send: JSON.stringify(event) } as Record<string, string>;
  const documented = new Map(rows('Machine output').map(([command = '', value = '']) => [command.replaceAll('`', ''), value]));
  for (const [command, args] of Object.entries(commands)) {
    const { code, stdout, stderr } = await runMain([...args, '--json'], { cwd: folder, input: input[command] ?? '' });
    expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: '' });
    const answer = JSON.parse(stdout) as object | object[];
    const [first] = Array.isArray(answer) ? answer : [answer];
    const top = (documented.get(command) ?? '').replace(/\]`: .*/, ']`').replace(/\(as above.*?\)/, '');
    expect({ command, documented: names(top).length > 0 }).toEqual({ command, documented: true });
    expect(Object.keys(first ?? {}), command).toEqual(expect.arrayContaining(names(top)));
  }
}, 90_000);

it('every message of the documented log is one of the program', () => {
  const code = globSync('src/**/*.ts', { cwd: ROOT })
    .map((file) => readFileSync(join(ROOT, file), 'utf8'))
    .join('');
  const messages = rows('Logs')
    .slice(1)
    .flatMap(([cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => (match[1] ?? '').replace(/ …$/, '')));
  expect(messages.length).toBeGreaterThan(15);
  expect(messages.filter((message) => !code.includes(`'${message}`))).toEqual([]);
});
