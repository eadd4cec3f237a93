import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { printCompletion, type Shell } from '../../src/cli/completion.ts';
import { createProgram } from '../../src/cli/program.ts';
import { screen } from './double.ts';

function script(shell: Shell): string {
  const on = screen();
  printCompletion(
    createProgram({}, () => {}),
    shell,
    on,
  );
  return on.text();
}

const there = (shell: string) => spawnSync(shell, ['--version']).status === 0;

/** What bash offers for the last of `words`. */
function offered(...words: string[]): string[] {
  const run = `${script('bash')}
COMP_WORDS=(shopify-converge ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
_shopify_converge
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', run], { encoding: 'utf8' }).split('\n').filter(Boolean);
}

describe.skipIf(!there('bash'))('bash', () => {
  it('completes commands, in places and after flags with values', () => {
    expect(offered('sta')).toEqual(['start', 'status']);
    expect(offered('events', '')).toEqual(expect.arrayContaining(['list', 'show', '--config']));
    expect(offered('--config', 'events', 'conf')).toEqual(['config']);
    expect(offered('--json', 'config', 'p')).toEqual(['print']);
    expect(offered('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
  });

  it('completes the flags of the command and the global ones', () => {
    expect(offered('events', 'list', '--s')).toEqual(['--store', '--status', '--since']);
    expect(offered('status', '--j')).toEqual(['--json']);
    expect(offered('status', '--orders')).toEqual([]);
  });

  it('completes the values of a flag, and leaves others to the names of files', () => {
    expect(offered('events', 'list', '--status', 'd')).toEqual(['delivered', 'dead', 'discarded']);
    expect(offered('--config', '')).toEqual([]);
  });

  it('knows every command of the program', () => {
    const names = createProgram({}, () => {}).commands.map((command) => command.name());
    expect(offered('')).toEqual(expect.arrayContaining(names));
    expect(script('bash')).toMatch(/complete -o default -F _shopify_converge shopify-converge$/);
  });
});

describe.each(['zsh', 'fish'] as const)('%s', (shell) => {
  it('has the commands, their flags and the values', () => {
    const text = script(shell);
    for (const word of ['events', 'list', 'status', 'discarded', 'completion', 'no-color']) expect(text).toContain(word);
  });

  if (!there(shell)) console.warn(`skipped: the ${shell} script is not run, as ${shell} is not installed (apt-get install ${shell})`);
  it.skipIf(!there(shell))('takes the script', () => {
    expect(spawnSync(shell, ['-n'], { input: script(shell), encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });
});
