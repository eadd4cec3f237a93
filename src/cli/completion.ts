/** `completion`: what bash, zsh and fish need to complete the commands and flags, made from the program itself. */
import type { Command } from 'commander';
import { OK } from './exit-codes.ts';
import type { Screen } from './screen.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

interface Flag {
  long: string;
  description: string;
  takesValue: boolean;
  choices: readonly string[];
}

interface Place {
  /** Words after the program's name: `events list`; empty for the program itself. */
  path: string;
  commands: { name: string; description: string }[];
  flags: Flag[];
  /** Values its first argument may have. */
  values: readonly string[];
}

export function printCompletion(program: Command, shell: Shell, screen: Screen): number {
  const places = placesOf(program, '');
  screen.print({ bash, zsh, fish }[shell](program.name(), places));
  return OK;
}

function placesOf(command: Command, path: string): Place[] {
  const shared = path === '' ? [] : flagsOf(rootOf(command));
  const here: Place = {
    path,
    commands: command.commands.map((child) => ({ name: child.name(), description: child.description() })),
    flags: [...flagsOf(command), ...shared],
    values: command.registeredArguments[0]?.argChoices ?? [],
  };
  return [here, ...command.commands.flatMap((child) => placesOf(child, path === '' ? child.name() : `${path} ${child.name()}`))];
}

function rootOf(command: Command): Command {
  return command.parent ? rootOf(command.parent) : command;
}

function flagsOf(command: Command): Flag[] {
  return [...command.createHelp().visibleOptions(command)]
    .map(({ long, description, required, optional, argChoices }) => ({
      long: long ?? '',
      description,
      takesValue: required || optional,
      choices: argChoices ?? [],
    }))
    .filter(({ long }) => long !== '');
}

/** Which command the words so far name: words that are no command, and values of flags, are passed over. `words`: how the shell writes them. */
function walk(places: Place[], words: { list: string; from: number; until: string }): string {
  const valued = [...new Set(places.flatMap(({ flags }) => flags.filter(({ takesValue }) => takesValue).map(({ long }) => long)))];
  const steps = places
    .filter(({ path }) => path !== '')
    .map(({ path }) => {
      const parent = path.split(' ').slice(0, -1).join(' ');
      return `      "${parent}|${path.split(' ').at(-1)}") place="${path}" ;;`;
    });
  return `  for ((i = ${words.from}; i < ${words.until}; i++)); do
    word="${words.list}"
    if [[ -n $skip ]]; then skip=; continue; fi
    case "$word" in ${valued.join('|')}) skip=1; continue ;; -*) continue ;; esac
    case "$place|$word" in
${steps.join('\n')}
    esac
  done`;
}

function choicesOf(places: Place[]): Map<string, readonly string[]> {
  return new Map(
    places.flatMap(({ path, flags }) =>
      flags.filter(({ choices }) => choices.length > 0).map((flag) => [`${path}|${flag.long}`, flag.choices] as const),
    ),
  );
}

function bash(program: string, places: Place[]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  const words = places.map(({ path, commands, flags, values }) => {
    return `    "${path}") words="${[...commands.map((command) => command.name), ...values, ...flags.map(({ long }) => long)].join(' ')}" ;;`;
  });
  const choices = [...choicesOf(places)].map(
    ([key, values]) => `    "${key}") COMPREPLY=($(compgen -W "${values.join(' ')}" -- "$cur")); return ;;`,
  );
  return `# bash completion of ${program}
${name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" place= word= words= skip= i
  COMPREPLY=()
${walk(places, { list: '${COMP_WORDS[i]}', from: 1, until: 'COMP_CWORD' })}
  case "$place|$prev" in
${choices.join('\n')}
  esac
  # The value of a flag: files, by default.
  if [[ -n $skip ]]; then return; fi
  case "$place" in
${words.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F ${name} ${program}`;
}

function zsh(program: string, places: Place[]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  const quoted = (text: string, description: string) => `'${`${text.replaceAll(':', '\\:')}:${description}`.replaceAll("'", "'\\''")}'`;
  const words = places.map(({ path, commands, flags, values }) => {
    const described = [
      ...commands.map((command) => quoted(command.name, command.description)),
      ...values.map((value) => quoted(value, '')),
      ...flags.map(({ long, description }) => quoted(long, description)),
    ];
    return `    "${path}") found=(${described.join(' ')}) ;;`;
  });
  const choices = [...choicesOf(places)].map(([key, values]) => `    "${key}") compadd -- ${values.join(' ')}; return ;;`);
  return `#compdef ${program}
${name}() {
  local place= word= skip= i
  local -a found
${walk(places, { list: '${words[i]}', from: 2, until: 'CURRENT' })}
  case "$place|\${words[CURRENT-1]}" in
${choices.join('\n')}
  esac
  if [[ -n $skip ]]; then _files; return; fi
  case "$place" in
${words.join('\n')}
  esac
  _describe 'command' found || _files
}
compdef ${name} ${program}`;
}

function fish(program: string, places: Place[]): string {
  const text = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const top = places.filter(({ path }) => path !== '' && !path.includes(' ')).map(({ path }) => path);
  const lines = places.flatMap(({ path, commands, flags, values }) => {
    const seen = path.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
    const below =
      commands.length > 0 && path !== '' ? [`not __fish_seen_subcommand_from ${commands.map((command) => command.name).join(' ')}`] : [];
    const when = path === '' ? `not __fish_seen_subcommand_from ${top.join(' ')}` : [...seen, ...below].join('; and ');
    const line = (rest: string, condition = when) => `complete -c ${program} -n ${text(condition)} ${rest}`;
    return [
      ...commands.map((command) => line(`-f -a ${command.name} -d ${text(command.description)}`)),
      ...values.map((value) => line(`-f -a ${value}`)),
      ...flags.map(({ long, description, takesValue, choices }) => {
        const value = choices.length > 0 ? ` -x -a ${text(choices.join(' '))}` : takesValue ? ' -r' : '';
        return line(`-l ${long.replace(/^--/, '')}${value} -d ${text(description)}`, path === '' ? when : seen.join('; and '));
      }),
    ];
  });
  return [`# fish completion of ${program}`, ...lines].join('\n');
}
