/** The config room: what a config is, how it is loaded, shown and described. */
export { configChanges, type ConfigChanges } from './changes.ts';
export { configTable, envExample, jsonSchema } from './describe.ts';
export { readEnvironment, type Environment } from './environment.ts';
export { loadConfig, type Config, type StoreConfig } from './load.ts';
export { maskedConfig, maskedYaml } from './mask.ts';
export { ConfigError, type Problem } from './problem.ts';
