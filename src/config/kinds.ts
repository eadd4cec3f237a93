/** The kinds of values a setting may have. */
import { z } from 'zod';
import { CHANNEL_TYPES } from '../core/channel-types.ts';
import { CONVEAD_KEY } from '../core/convead-spec.ts';
import { Secret } from '../core/secret.ts';
import { parseShopDomain } from '../core/shop-domain.ts';
import { setting } from './setting.ts';

interface Fault {
  message: string;
  fix: string;
}

/** A further condition on a text; its words come with their fix. */
function checked<S extends z.ZodType<string>>(schema: S, fault: (value: string) => Fault | null): S {
  return schema.superRefine((value, context) => {
    const found = fault(value);
    if (found) context.addIssue({ code: 'custom', message: found.message, params: { fix: found.fix } });
  });
}

export function text() {
  return setting(z.string().trim().min(1), { type: 'text', expects: 'text' });
}

export function secret() {
  const schema = z
    .string()
    .trim()
    .min(1)
    .transform((value) => new Secret(value));
  return setting(schema, { type: 'secret', expects: 'text', secret: true });
}

/** A secret that is a URL: whoever knows it can post there. */
export function secretUrl(fault: (value: string) => Fault | null) {
  const schema = checked(z.string().trim(), fault).transform((value) => new Secret(value));
  return setting(schema, { type: 'secret URL', expects: 'a URL', secret: true });
}

export function flag() {
  return setting(z.boolean(), { type: 'true or false', expects: 'true or false' });
}

export function wholeNumber(min: number, max: number) {
  return setting(z.number().int().min(min).max(max), { type: 'whole number', expects: `a whole number from ${min} to ${max}` });
}

/** 0 asks the system for any free port. */
export function port() {
  return setting(z.number().int().min(0).max(65535), { type: 'port', expects: 'a port: a whole number from 0 (any free one) to 65535' });
}

export function numberFrom(min: number, max: number) {
  return setting(z.number().min(min).max(max), { type: 'number', expects: `a number from ${min} to ${max}` });
}

export function numberAbove(min: number, max: number) {
  return setting(z.number().gt(min).max(max), { type: 'number', expects: `a number above ${min}, up to ${max}` });
}

export function url(fault: (value: string) => Fault | null) {
  return setting(checked(z.string().trim(), fault), { type: 'URL', expects: 'a URL' });
}

export function listOf<S extends z.ZodType>(element: S, type: string) {
  return setting(z.array(element), { type: `list of ${type}`, expects: `a list of ${type}` });
}

export function mapTo<S extends z.ZodType>(value: S, type: string) {
  return setting(z.record(z.string(), value), { type: `mapping of ${type}`, expects: `a mapping of ${type}` });
}

/** Becomes the canonical domain. */
export function shop() {
  const schema = z
    .string()
    .transform((value) => parseShopDomain(value))
    .refine((domain) => domain !== null);
  return setting(schema, {
    type: 'shop',
    expects: "the shop's myshopify.com domain, its name before .myshopify.com, or a link to its admin",
    example: 'convergestore.myshopify.com',
  });
}

export function storeName() {
  return setting(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/), {
    type: 'name',
    expects: 'a name of up to 64 letters, digits, dots, dashes and underscores that starts with a letter or digit',
    example: 'main',
  });
}

export function day() {
  const schema = z.string().refine(isDay);
  return setting(schema, { type: 'YYYY-MM-DD', expects: 'a day of the calendar as YYYY-MM-DD', example: '2022-10-01' });
}

export function channelType() {
  return setting(z.enum(CHANNEL_TYPES), { type: 'channel type', expects: `one of ${CHANNEL_TYPES.join(', ')}` });
}

export function aliasKind() {
  return setting(z.string().regex(/^[a-z][a-z0-9_:]*[a-z0-9]$/), {
    type: 'alias kind',
    expects: 'an alias kind in lower case, the middle of urn:<kind>:<value>',
    example: 'cookie',
  });
}

/** Of a custom event in Convead, as Convead documents it. */
export function eventKey() {
  return setting(z.string().trim().regex(CONVEAD_KEY), {
    type: 'event key',
    expects: 'the key of a custom event in Convead: letters, digits and _',
    example: 'refund',
  });
}

/** Lower case. */
export function hostName() {
  const schema = z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+$/u);
  return setting(schema, { type: 'domain', expects: 'a domain alone, without https:// and path', example: 'shop.example.com' });
}

/** Lower case, without a leading @. */
export function mailDomain() {
  const schema = z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^@?[a-z0-9-]+(\.[a-z0-9-]+)+$/)
    .transform((value) => value.replace(/^@/, ''));
  return setting(schema, { type: 'e-mail domain', expects: 'an e-mail domain such as relay.example.com' });
}

/** Upper case ISO 3166-1 alpha-2. */
export function country() {
  const schema = checked(z.string().trim().toUpperCase(), (code) => {
    if (!isCountry(code)) return { message: 'must be a country code of two letters (ISO 3166-1)', fix: 'Write, for example, GB.' };
    const usual = new Intl.Locale(`und-${code}`).region;
    return usual === code ? null : { message: `is not the code Shopify uses`, fix: `Write ${usual}.` };
  });
  return setting(schema, { type: 'country code', expects: 'a country code of two letters (ISO 3166-1)', example: 'GB' });
}

function isCountry(code: string): boolean {
  return /^[A-Z]{2}$/.test(code) && new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' }).of(code) !== undefined;
}

function isDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}
