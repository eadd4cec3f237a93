/** `config check`, `config print` and `config schema`. */
import { jsonSchema, maskedConfig, maskedYaml, type Config } from '../config/index.ts';
import { OK } from './exit-codes.ts';
import { printJson, table, type Screen } from './screen.ts';
import { countOf } from './words.ts';

/** A config that was loaded is valid; what is wrong with one that is not comes as the error of loading it. */
export function checkConfig(config: Config, screen: Screen): number {
  if (screen.json) printJson(screen, { ok: true, file: config.file, stores: config.stores.map(({ name, shop }) => ({ name, shop })) });
  else if (!screen.quiet) {
    screen.print(`${config.file} is ${screen.colours.good('valid')}: ${countOf(config.stores.length, 'store')}`);
    screen.print(
      table(
        config.stores.map(({ name, shop }) => [name, shop]),
        '  ',
      ),
    );
  }
  return OK;
}

/** Every setting as it takes effect, secrets masked. */
export function printConfig(config: Config, screen: Screen): number {
  if (screen.json) printJson(screen, maskedConfig(config));
  else screen.print(maskedYaml(config).trimEnd());
  return OK;
}

export function printSchema(screen: Screen): number {
  printJson(screen, jsonSchema());
  return OK;
}
