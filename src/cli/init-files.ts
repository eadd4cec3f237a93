/** The two files `init` writes: what stands in them, and how both come into being or neither. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { parseEnv } from 'node:util';
import { ConnectorError, errorCode } from '../core/errors.ts';
import { isLoopback } from '../core/loopback.ts';
import { parseShopDomain } from '../core/shop-domain.ts';
import type { Answers } from './init-answers.ts';

export interface NewFile {
  path: string;
  text: string;
  mode: number;
}

/** `connector.yaml`, with a comment wherever the next question is to be expected. */
export function configText(answers: Answers): string {
  const { accessToken, clientSecret, clientId, convergeToken, excludeChannels, excludeTags, upsellMinutes, shopifyOrigin } = answers;
  const lines = [
    '# shopify-converge. The README lists every setting; `config print` shows what takes effect, `config check` what is wrong.',
    '# ${NAME} is replaced from the environment or from .env beside this file. Secrets may come from there only.',
    ...serverLines(answers.publicUrl),
    'admin: # status page, metrics and health, for this machine only',
    '  host: 127.0.0.1',
    '  port: 3001',
    'storage:',
    '  path: ./data/connector.sqlite',
    'stores:',
    `  - name: ${yamlText(answers.name)} # how commands and logs name it`,
    `    shop: ${parseShopDomain(answers.shop) ?? ''}`,
    ...(shopifyOrigin === null ? [] : [`    shopifyOrigin: ${shopifyOrigin} # a sandbox in the place of Shopify`]),
    ...(clientId === null ? [] : ['    clientId: ${SHOPIFY_CLIENT_ID}']),
    ...(accessToken === null ? [] : ['    accessToken: ${SHOPIFY_ACCESS_TOKEN}']),
    ...(clientSecret === null ? [] : ['    clientSecret: ${SHOPIFY_CLIENT_SECRET}']),
    '    converge:',
    '      endpoint: ${CONVERGE_ENDPOINT}',
    convergeToken === null ? '      # token: ${CONVERGE_TOKEN} # sent as X-Webhook-Token' : '      token: ${CONVERGE_TOKEN}',
    '    exclude: # orders left out, with their refunds; any case',
    `      channels: [${excludeChannels.map(yamlText).join(', ')}] # source_name or channel type, for example pos`,
    `      tags: [${excludeTags.map(yamlText).join(', ')}]`,
    '    upsellDelay: # wait so long after an order, so that a post-purchase upsell is in it',
    `      enabled: ${upsellMinutes > 0}`,
    `      minutes: ${upsellMinutes > 0 ? upsellMinutes : 10}`,
    '    # backfill: { enabled: false } # leave out orders from before the connection, if another source has sent them',
    '',
  ];
  return lines.join('\n');
}

function serverLines(publicUrl: string | null): string[] {
  const comment = '# where Shopify reaches us; its proxy passes / and /webhooks/shopify on to this port';
  if (publicUrl === null)
    return ['server:', '  port: 3000', '  # publicUrl: https://connector.example.com # without one Shopify is asked every minute'];
  const { hostname, port, protocol } = new URL(publicUrl);
  const local = isLoopback(hostname) && protocol === 'http:';
  return [
    'server:',
    ...(local ? ['  host: 127.0.0.1'] : []),
    `  port: ${local ? port || '80' : '3000'}`,
    `  publicUrl: ${publicUrl}${local ? '' : ` ${comment}`}`,
  ];
}

/** In quotes where YAML would read something else. */
function yamlText(text: string): string {
  const plain = /^[A-Za-z][\w .-]*$/.test(text) && text.trim() === text && !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

/** `.env`: what is secret or differs from machine to machine. Lines of `before` that set something else are kept. Throws CLI_USAGE for a value no `.env` can hold. */
export function envText(answers: Answers, before: string): string {
  const values = Object.entries({
    SHOPIFY_CLIENT_ID: answers.clientId,
    SHOPIFY_CLIENT_SECRET: answers.clientSecret,
    SHOPIFY_ACCESS_TOKEN: answers.accessToken,
    CONVERGE_ENDPOINT: answers.endpoint,
    CONVERGE_TOKEN: answers.convergeToken,
  });
  const isOurs = (line: string) => values.some(([name]) => new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`).test(line));
  const kept = before.split('\n').filter((line) => !isOurs(line));
  const set = values.flatMap(([name, value]) => (value === null ? [] : [`${name}=${envValue(name, value)}`]));
  return `${[...kept.join('\n').trimEnd().split('\n'), ...set].filter((line, index) => index > 0 || line !== '').join('\n')}\n`;
}

function envValue(name: string, value: string): string {
  const quoted = [value, `'${value}'`, `"${value}"`, `\`${value}\``].find(
    (text) => parseEnv(`A=${text}\nB=1`).A === value && parseEnv(`A=${text}\nB=1`).B === '1',
  );
  if (quoted !== undefined) return quoted;
  throw new ConnectorError(
    'CLI_USAGE',
    `${name} holds characters that no .env file can hold. Put it into a file and write \${file:/path} in connector.yaml.`,
  );
}

/** Throws CLI_EXISTS naming the files that are there already. */
export function refuseExisting(files: string[]): void {
  const there = files.filter((path) => existsSync(path));
  if (there.length === 0) return;
  const names = there.map((path) => basename(path)).join(' and ');
  throw new ConnectorError(
    'CLI_EXISTS',
    `${names} ${there.length === 1 ? 'is' : 'are'} there already (${there.join(', ')}). --force writes new ones; nothing was written.`,
  );
}

/** Each file appears whole, under its name, with its mode; when one cannot be written the others are put back as they were. Throws CLI_WRITE. */
export function writeFiles(files: NewFile[]): void {
  const temporary = (path: string) => `${path}.${process.pid}.new`;
  const exchanged: { path: string; mode: number; old: Buffer | null }[] = [];
  try {
    for (const { path, text, mode } of files) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(temporary(path), text, { flag: 'wx', mode, flush: true });
    }
    for (const { path, mode } of files) {
      const old = existsSync(path) ? readFileSync(path) : null;
      renameSync(temporary(path), path);
      exchanged.push({ path, mode, old });
    }
  } catch (error) {
    for (const { path } of files) rmSync(temporary(path), { force: true });
    for (const { path, mode, old } of exchanged) {
      if (old) writeFileSync(path, old, { mode });
      else rmSync(path);
    }
    throw new ConnectorError(
      'CLI_WRITE',
      `The files cannot be written (${errorCode(error)}): nothing was changed. Check the folder and its rights.`,
      { cause: error },
    );
  }
}
