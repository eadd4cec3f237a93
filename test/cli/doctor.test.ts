import { describe, expect, it } from 'vitest';
import { runDoctor, type Checkup } from '../../src/cli/doctor.ts';
import { ConfigError, type Config } from '../../src/config/index.ts';
import type { Check } from '../../src/doctor/check.ts';
import { screen } from './double.ts';

const CHECKS: Check[] = [
  { name: 'config', store: null, state: 'ok', seen: 'connector.yaml is valid', fix: null },
  {
    name: 'token',
    store: 'main',
    state: 'fail',
    seen: 'The app is not installed',
    fix: 'Install it with its link, and then accept what it asks for.',
  },
  { name: 'subscriptions', store: 'main', state: 'skipped', seen: 'not checked', fix: null },
  { name: 'disk', store: 'other', state: 'warn', seen: 'low', fix: 'Make room.' },
];

const config = () => ({}) as Config;
const finds =
  (checks: Check[]): Checkup =>
  async (_config, onCheck) => {
    checks.forEach(onCheck);
    return checks;
  };

describe('doctor', () => {
  it('prints each check with what was seen and the fix, by store, within the terminal', async () => {
    const on = screen({ width: 60 });
    expect(await runDoctor(config, finds(CHECKS), on)).toBe(1);
    expect(on.text()).toBe(`ok    config           connector.yaml is valid

main
FAIL  token            The app is not installed
                       -> Install it with its link, and then
                       accept what it asks for.
-     subscriptions    not checked

other
warn  disk             low
                       -> Make room.

1 ok · 1 to look at · 1 failed`);
  });

  it('answers 0 when nothing fails, and prints failures alone when quiet', async () => {
    expect(await runDoctor(config, finds(CHECKS.filter(({ state }) => state !== 'fail')), screen())).toBe(0);
    const on = screen({ quiet: true });
    await runDoctor(config, finds(CHECKS), on);
    expect(on.text()).toMatch(/^\nmain\nFAIL {2}token .*\n.*$/);
  });

  it('says first what is wrong with the config', async () => {
    const broken = () => {
      throw new ConfigError('connector.yaml', [
        { path: 'server.prot', line: 3, message: 'is an unknown setting', fix: 'Did you mean server.port?' },
      ]);
    };
    const on = screen({ json: true });
    expect(await runDoctor(broken, finds([]), on)).toBe(1);
    expect(on.data()).toEqual({
      ok: false,
      summary: { ok: 0, warn: 0, fail: 1, skipped: 1, manual: 0 },
      checks: [
        {
          name: 'config',
          store: null,
          state: 'fail',
          seen: 'line 3, server.prot: is an unknown setting',
          fix: 'Did you mean server.port?',
        },
        { name: 'the rest', store: null, state: 'skipped', seen: 'not checked: it needs a valid config', fix: null },
      ],
    });
  });
});
