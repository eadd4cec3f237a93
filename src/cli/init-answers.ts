/** What `init` has to know, from flags, from the environment and from files; and what is wrong with an answer. */
import { readFileSync } from 'node:fs';
import type { Environment } from '../config/index.ts';
import { publicUrlFault, sandboxOriginFault, urlFault } from '../config/address.ts';
import { ConnectorError, errorCode } from '../core/errors.ts';
import { parseShopDomain } from '../core/shop-domain.ts';

export interface Answers {
  name: string;
  /** As given; see `parseShopDomain`. */
  shop: string;
  /** Null with `accessToken`. */
  clientId: string | null;
  clientSecret: string | null;
  accessToken: string | null;
  endpoint: string;
  convergeToken: string | null;
  /** Null: none, Shopify is asked for changes. */
  publicUrl: string | null;
  excludeChannels: string[];
  excludeTags: string[];
  /** 0: no delay. */
  upsellMinutes: number;
  /** Sandbox only. */
  shopifyOrigin: string | null;
}

/** As commander hands them over. */
export interface InitFlags {
  name?: string;
  shop?: string;
  clientId?: string;
  clientSecretFile?: string;
  accessTokenFile?: string;
  endpoint?: string;
  convergeTokenFile?: string;
  /** False: `--no-public-url`. */
  publicUrl?: string | false;
  excludeChannels?: string[];
  excludeTags?: string[];
  upsellMinutes?: number;
  shopifyOrigin?: string;
  force?: boolean;
  /** False: `--no-check`. */
  check: boolean;
}

/** What is known before anybody is asked; undefined: not given. A secret is no flag: flags are seen in the list of processes and stay in the shell's history. */
export function givenAnswers(flags: InitFlags, env: Environment, stdin: () => string = () => readFileSync(0, 'utf8')): Partial<Answers> {
  const secret = (file: string | undefined, variable: string) =>
    file === undefined ? env[variable] || undefined : readSecret(file, stdin);
  const accessToken = secret(flags.accessTokenFile, 'SHOPIFY_ACCESS_TOKEN');
  return defined({
    name: flags.name,
    shop: flags.shop,
    clientId: flags.clientId ?? (env.SHOPIFY_CLIENT_ID || undefined) ?? (accessToken === undefined ? undefined : null),
    clientSecret: secret(flags.clientSecretFile, 'SHOPIFY_CLIENT_SECRET'),
    accessToken,
    endpoint: flags.endpoint ?? (env.CONVERGE_ENDPOINT || undefined),
    convergeToken: secret(flags.convergeTokenFile, 'CONVERGE_TOKEN'),
    publicUrl: flags.publicUrl === false ? null : flags.publicUrl,
    excludeChannels: flags.excludeChannels,
    excludeTags: flags.excludeTags,
    upsellMinutes: flags.upsellMinutes,
    shopifyOrigin: flags.shopifyOrigin,
  });
}

function readSecret(file: string, stdin: () => string): string {
  try {
    return (file === '-' ? stdin() : readFileSync(file, 'utf8')).trim();
  } catch (error) {
    throw new ConnectorError(
      'CLI_USAGE',
      `${file} cannot be read (${errorCode(error)}). Name a file with the secret alone, or - for stdin.`,
      { cause: error },
    );
  }
}

function defined<Value extends object>(value: { [Key in keyof Value]: Value[Key] | undefined }): Partial<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Partial<Value>;
}

/** Where nobody can be asked: the answers, with defaults for what may be left out. Throws CLI_USAGE naming every flag that is missing. */
export function completeAnswers(given: Partial<Answers>): Answers {
  const webhooks = given.publicUrl !== null;
  const missing = [
    given.shop === undefined && '--shop SHOP',
    given.accessToken === undefined && given.clientId === undefined && '--client-id ID',
    given.clientSecret === undefined &&
      (given.accessToken === undefined || webhooks) &&
      '--client-secret-file PATH (- for stdin), or $SHOPIFY_CLIENT_SECRET',
    given.endpoint === undefined && '--endpoint URL',
    given.publicUrl === undefined && '--public-url URL, or --no-public-url',
  ].filter((flag) => flag !== false);
  if (missing.length > 0) {
    throw new ConnectorError(
      'CLI_USAGE',
      `There is no terminal to ask on, so these are needed:\n  ${missing.join('\n  ')}\nNothing was written.`,
    );
  }
  return {
    name: 'main',
    shop: '',
    clientId: null,
    clientSecret: null,
    accessToken: null,
    endpoint: '',
    convergeToken: null,
    publicUrl: null,
    excludeChannels: [],
    excludeTags: [],
    upsellMinutes: 0,
    shopifyOrigin: null,
    ...given,
  };
}

/** A secret is given by a file. */
const FLAGS: Record<keyof typeof FAULTS, string> = {
  name: '--name',
  shop: '--shop',
  clientId: '--client-id',
  clientSecret: '--client-secret-file',
  accessToken: '--access-token-file',
  endpoint: '--endpoint',
  convergeToken: '--converge-token-file',
  publicUrl: '--public-url',
  shopifyOrigin: '--shopify-origin',
};

/** What is given is not asked for, so it is judged here. Throws CLI_USAGE naming every flag that is wrong. */
export function refuseFaulty(given: Partial<Answers>): void {
  const faults = (Object.keys(FAULTS) as (keyof typeof FAULTS)[]).flatMap((key) => {
    const value = given[key];
    const fault = value == null ? null : FAULTS[key](value);
    return fault === null ? [] : [`${FLAGS[key]}: ${fault}`];
  });
  if (faults.length > 0) throw new ConnectorError('CLI_USAGE', `${faults.join('\n')}\nNothing was written.`);
}

type Fault = (value: string) => string | null;

/** What is wrong with an answer, with its fix; null: nothing. */
export const FAULTS = {
  name: (value) =>
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value)
      ? null
      : 'must be letters, digits, dots, dashes and underscores. Write, for example, main.',
  shop: (value) =>
    parseShopDomain(value) === null
      ? "must be the shop's myshopify.com domain or its name before .myshopify.com. Shopify admin > Settings > Domains shows it."
      : null,
  clientId: (value) => (/^\S+$/.test(value) ? null : 'must be one word. Copy it from the Dev Dashboard (the app > Settings).'),
  clientSecret: (value) => (/^\S+$/.test(value) ? null : 'must be one word. Copy it from the Dev Dashboard (the app > Settings).'),
  accessToken: (value) => (/^\S+$/.test(value) ? null : 'must be one word. Copy it from the app in the Shopify admin.'),
  endpoint: (value) => worded(urlFault(value)),
  convergeToken: (value) => (/^\S+$/.test(value) ? null : 'must be one word. Copy it from the source in Converge.'),
  publicUrl: (value) => worded(publicUrlFault(value)),
  shopifyOrigin: (value) => worded(sandboxOriginFault(value)),
} satisfies Record<string, Fault>;

function worded(fault: { message: string; fix: string } | null): string | null {
  return fault && `${fault.message}. ${fault.fix}`;
}

/** `pos, Exclude` as a list. */
export function listed(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}
