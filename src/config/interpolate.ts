/** `${NAME}` and `${file:PATH}` in a text, replaced. Pure: where values come from is passed in. */

export interface Sources {
  variable(name: string): string | undefined;
  /** The trimmed content, or why it cannot be had. */
  file(path: string): { content: string } | { error: string };
  /** Where a variable may be set, for the fix. */
  envFile: string;
}

export interface Interpolated {
  value: string;
  /** Something was replaced. */
  replaced: boolean;
  /** Something besides what was replaced is left: a text written where it stands. */
  literal: boolean;
  faults: { message: string; fix: string }[];
}

const TOKEN = /\$\$\{|\$\{([^}]*)\}|\$\{/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `$${` stands for a plain `${`. What was put in is not looked at again. */
export function interpolate(text: string, sources: Sources): Interpolated {
  const faults: Interpolated['faults'] = [];
  let replaced = false;
  let literal = text.replace(TOKEN, '').trim() !== '';
  const value = text.replace(TOKEN, (token: string, reference: string | undefined) => {
    if (token === '$${') {
      literal = true;
      return '${';
    }
    const found = reference === undefined ? unfinished() : lookUp(reference, sources);
    if ('fault' in found) faults.push(found.fault);
    else replaced = true;
    return 'fault' in found ? '' : found.value;
  });
  return { value, replaced: replaced || faults.length > 0, literal, faults };
}

type Found = { value: string } | { fault: { message: string; fix: string } };

function unfinished(): Found {
  return { fault: { message: 'has a ${ without its }', fix: 'Close it, or write $${ for a plain ${.' } };
}

function lookUp(reference: string, sources: Sources): Found {
  if (reference.startsWith('file:')) {
    const path = reference.slice('file:'.length).trim();
    const file = sources.file(path);
    if ('content' in file) return { value: file.content };
    return { fault: { message: `the file ${path} ${file.error}`, fix: 'Create it readable for this user, or correct the path.' } };
  }
  if (!NAME.test(reference)) {
    return {
      fault: { message: `\${${reference}} is no variable name`, fix: 'Write ${NAME} or ${file:/path}, or $${ for a plain ${.' },
    };
  }
  const value = sources.variable(reference);
  if (value !== undefined) return { value };
  return {
    fault: { message: `the environment variable ${reference} is not set`, fix: `Set it in the environment or in ${sources.envFile}.` },
  };
}
