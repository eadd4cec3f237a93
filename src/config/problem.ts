/** What is wrong with a config, told all at once. */
import { ConnectorError } from '../core/errors.ts';

export interface Problem {
  /** `stores[0].converge.endpoint`; empty for the file as a whole. */
  path: string;
  /** Line in the YAML file, from 1; null when it has none. */
  line: number | null;
  message: string;
  /** What to do, as a sentence. */
  fix: string;
}

export type Path = readonly (string | number)[];

/** `['stores', 0, 'shop']` -> `stores[0].shop`. */
export function pathText(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}

export class ConfigError extends ConnectorError {
  readonly problems: Problem[];

  constructor(file: string, problems: Problem[]) {
    super(
      'CONFIG_INVALID',
      `${file}: ${problems.length === 1 ? 'one problem' : `${problems.length} problems`}\n${problems.map(problemText).join('\n')}`,
    );
    this.problems = problems;
  }
}

function problemText({ path, line, message, fix }: Problem): string {
  const where = [line === null ? '' : `line ${line}`, path].filter(Boolean).join(', ');
  return `  ${where ? `${where}: ` : ''}${message}. ${fix}`;
}
