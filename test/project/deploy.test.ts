/** What is handed to other programs to run this one (Docker, Compose, systemd) says the same as the program itself. No Docker engine is needed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/index.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const { engines, scripts } = JSON.parse(read('package.json')) as { engines: { node: string }; scripts: { build: string } };

/** The settings of somebody who left out all that can be left out. */
const defaults = loadConfig({
  path: '/srv/connector/connector.yaml',
  env: { TOKEN: 't' },
  readFile: (path) => {
    if (path.endsWith('.yaml')) {
      return 'stores: [{ name: main, shop: a, accessToken: "${TOKEN}", converge: { endpoint: https://a.example } }]';
    }
    throw Object.assign(new Error(), { code: 'ENOENT' });
  },
});

/** The instructions, continued lines joined. */
const instructions = read('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter(Boolean);
const of = (name: string) => instructions.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));

describe('the Dockerfile', () => {
  it('uses the Node the package asks for, and runs as somebody without rights', () => {
    for (const image of of('FROM')) expect(image).toMatch(new RegExp(`^node:${engines.node.replace('>=', '')}-slim( AS \\w+)?$`));
    expect(of('USER')).toEqual(['node']);
  });

  it('copies what is there and what .dockerignore lets through', () => {
    const allowed = read('.dockerignore').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1)); // prettier-ignore
    const copied = of('COPY').filter((line) => !line.startsWith('--from')).flatMap((line) => line.split(' ').slice(0, -1)); // prettier-ignore
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect([...new Set(copied)].sort()).toEqual(allowed.sort());
    expect(read('.dockerignore')).toMatch(/^\*$/m);
  });

  it('builds what the package has', () => {
    expect(of('RUN')).toContain(scripts.build.replace('rm -rf dist && tsc ', 'node node_modules/typescript/bin/tsc '));
  });

  it('opens the ports, asks for health and keeps the database where the program has them by default', () => {
    expect(of('EXPOSE')).toEqual([`${defaults.server.port} ${defaults.admin.port}`]);
    expect(of('HEALTHCHECK').join()).toContain(`http://127.0.0.1:${defaults.admin.port}/healthz`);
    expect(of('WORKDIR').at(-1)).toBe('/srv/connector');
    expect(defaults.storage.path.startsWith(`${of('VOLUME').join()}/`)).toBe(true);
  });
});

describe('deploy/compose.yml', () => {
  const { services } = parse(read('deploy/compose.yml')) as { services: { connector: Record<string, unknown> } };
  const { connector } = services;

  it('gives a stop the time it takes, and the container nothing it does not need', () => {
    expect(connector.stop_grace_period).toMatch(/^\d+s$/);
    expect(Number.parseInt(String(connector.stop_grace_period), 10)).toBeGreaterThan(defaults.server.graceSeconds);
    expect(connector).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
  });

  it('publishes the ports on loopback only, and keeps the data in a volume', () => {
    const { port } = defaults.server;
    expect(connector.ports).toEqual([port, defaults.admin.port].map((number) => `127.0.0.1:${number}:${number}`));
    expect(connector.volumes).toEqual(['../connector.yaml:/srv/connector/connector.yaml:ro', `data:${of('VOLUME').join()}`]);
  });
});

describe('the systemd unit', () => {
  const unit = read('deploy/systemd/shopify-converge.service');
  const setting = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';

  it('gives a stop the time it takes, and does not start a refused config again and again', () => {
    expect(Number(setting('TimeoutStopSec'))).toBeGreaterThan(defaults.server.graceSeconds);
    expect(setting('RestartPreventExitStatus')).toBe('2');
    expect(setting('ExecStart')).toMatch(/ --config \/etc\/shopify-converge\/connector\.yaml start$/);
  });

  const systemd = spawnSync('systemd-analyze', ['--version']).status === 0;
  if (!systemd) console.warn('skipped: systemd-analyze verify, as systemd is not installed');
  test.skipIf(!systemd)('is understood by systemd', () => {
    const folder = mkdtempSync(join(tmpdir(), 'unit-'));
    const file = join(folder, 'shopify-converge.service');
    // The program is not installed here, and systemd looks for it.
    writeFileSync(file, unit.replace(/^ExecStart=\S+/m, `ExecStart=${execFileSync('which', ['true'], { encoding: 'utf8' }).trim()}`));
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(`${stdout}${stderr}`.split('\n').filter((line) => line.includes('shopify-converge'))).toEqual([]);
  });
});
