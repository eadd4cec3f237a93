import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../src/config/document.ts';
import { interpolate, type Sources } from '../../src/config/interpolate.ts';

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/);

function sources(values: Record<string, string>): Sources {
  return {
    variable: (key) => (Object.hasOwn(values, key) ? values[key] : undefined),
    file: (path) => ({ error: `${path} does not exist` }),
    envFile: '.env',
  };
}

describe('interpolate', () => {
  it('gives back any text whose ${ are escaped', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom('$', '{', '}', '${', '$${', '${A}'))), (parts) => {
        const text = parts.join('');
        const found = interpolate(
          text.replaceAll('${', () => '$${'),
          sources({ A: 'never' }),
        );
        expect(found).toMatchObject({ value: text, replaced: false, faults: [] });
      }),
    );
  });

  it('puts values in their places and never looks at them again', () => {
    const part = fc.oneof(
      fc.record({ kind: fc.constant('text' as const), text: fc.string().map((text) => text.replaceAll('$', '')) }),
      fc.record({ kind: fc.constant('reference' as const), name, value: fc.oneof(fc.string(), fc.constant('${A}'), fc.constant('$&')) }),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const values = Object.fromEntries(parts.flatMap((it) => (it.kind === 'reference' ? [[it.name, it.value]] : [])));
        const written = parts.map((it) => (it.kind === 'text' ? it.text : `\${${it.name}}`)).join('');
        const wanted = parts.map((it) => (it.kind === 'text' ? it.text : values[it.name])).join('');
        const found = interpolate(written, sources(values));
        expect(found.value).toBe(wanted);
        expect(found.replaced).toBe(parts.some((it) => it.kind === 'reference'));
        expect(found.literal).toBe(parts.some((it) => it.kind === 'text' && it.text.trim() !== ''));
      }),
    );
  });

  it('names every missing variable', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), (names) => {
        const found = interpolate(names.map((it) => `\${${it}}`).join(' '), sources({}));
        expect(found.faults.map(({ message }) => message)).toEqual(names.map((it) => `the environment variable ${it} is not set`));
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('$', '{', '}', 'A', 'file:', ' ', '$${', '${')),
        (parts) => void interpolate(parts.join(''), sources({})),
      ),
    );
  });
});

describe('references in YAML', () => {
  it('survive every way of writing a value', () => {
    fc.assert(
      fc.property(name, (it) => {
        const reference = `\${${it}}`;
        const yaml = `a: ${reference}\nb: { c: ${reference}, d: [${reference}, "${reference}"] }\ne: '${reference}'\nf: |\n  ${reference}\n`;
        expect(parseYaml(yaml)).toMatchObject({
          problems: [],
          data: { a: reference, b: { c: reference, d: [reference, reference] }, e: reference, f: `${reference}\n` },
        });
      }),
    );
  });

  it('survive a path in braces', () => {
    expect(parseYaml('a: { b: ${file:/run/secrets/x}, c: 1 }').data).toEqual({ a: { b: '${file:/run/secrets/x}', c: 1 } });
  });
});
