/** The shape Converge documents for an event, as strictly as its documentation allows. */
import { z } from 'zod';
import { aliasValue, MAX_ALIASES } from './alias.ts';
import { inexactParts, label, must, problemsOf, text, toldOnce, type SpecProblem } from './spec-problems.ts';

export type { SpecProblem };

export interface SpecEvent {
  event_name: string;
  event_id: string;
  /** ISO 8601 with a zone, or UTC unix seconds. Left out: Converge takes the time it arrives. */
  timestamp?: string | number | undefined;
  properties: Record<string, unknown>;
  profile_properties: Record<string, unknown>;
  aliases: string[];
}

/** Events with the properties of an order. Received Refund is outside the spec: what every event needs is all that is asked of it. */
const ORDER_SHAPED = ['Placed Order', 'Started Subscription', 'Cancelled Subscription', 'Placed Recurring Subscription Order'];

/** Seconds that would be ms: the year 5138. */
const SECONDS_LIMIT = 100_000_000_000;
/** Of the kinds in two parts only Shopify's are documented. */
const ALIAS = /^urn:(?:shopify:[a-z0-9_]+|[a-z0-9_-]+):(.*)$/s;

const amount = z.number(must('a number, without quotes'));
const wholeNumber = z.int(must('a whole number, without quotes'));
const aCurrency = must('a currency code in capitals, such as "EUR"');
const currency = z.string(aCurrency).regex(/^[A-Z]{3}$/, aCurrency);

/** Personal fields are documented as text; whether Converge likes their values it says itself, and keeps the event. */
const contact = Object.fromEntries(
  ['$email', '$phone_number', '$first_name', '$last_name', '$city', '$state', '$zip_code', '$country_code'].map((name) => [
    name,
    text('text that is not empty; leave out what is not known').optional(),
  ]),
);

const alias = z
  .string(must('text'))
  .refine((value) => aliasValue(ALIAS.exec(value)?.[1]) !== null, {
    error: 'must be urn:<kind>:<value>, such as urn:customer_id:77; its value must stand for one person, without blanks',
  })
  .refine((value) => !value.startsWith('urn:email:') || value === value.toLowerCase(), {
    error: 'must have its address in lower case: profiles are found by it',
  });

const someAliases = must(`a list of 1 to ${MAX_ALIASES} aliases`);

const codes = 'a code that is not empty, or a list of such codes';

const aTime = must('a time with its zone, such as "2026-11-20T12:00:00Z", or UTC seconds since 1970 as a number; left out, it is now');
const timestamp = z.union([z.iso.datetime({ offset: true, ...aTime }), z.int(aTime).positive(aTime).lt(SECONDS_LIMIT, aTime)], aTime);

const event = z.strictObject(
  {
    event_name: label('a name of up to 256 characters, such as "Cancelled Subscription"'),
    event_id: label('an id of up to 256 characters, as text; the same fact must always have the same one'),
    timestamp: timestamp.optional(),
    properties: z.record(z.string(), z.unknown(), must('an object')),
    profile_properties: z.looseObject(contact, must('an object; {} when nothing is known')),
    aliases: z.array(alias, someAliases).min(1, someAliases).max(MAX_ALIASES, someAliases),
  },
  must('a JSON object'),
);

const FIELDS = Object.keys(event.shape);

const item = z.looseObject(
  {
    product_id: text('an id, as text'),
    name: text(),
    price: amount,
    currency,
    quantity: wholeNumber,
    ...Object.fromEntries(['variant_id', 'sku', 'variant_name', 'vendor', 'url', 'image_url'].map((name) => [name, text().optional()])),
  },
  must('an object'),
);

/** Of the required fields `$email` and `$is_new_customer` may be missing: an order may have neither, and Converge keeps such an event. */
const order = z.looseObject({
  id: text('an id, as text'),
  total_price: amount,
  total_tax: amount,
  total_shipping: amount,
  currency,
  total_discount: amount.nonnegative(must('a number that is not negative')).optional(),
  coupon: z.union([text(codes), z.array(text(codes))], must(codes)).optional(),
  items: z.array(item, must('a list')).optional(),
  $is_new_customer: z.boolean(must('true or false, without quotes; leave it out when it is not known')).optional(),
  $sales_channel_type: text().optional(),
  ...contact,
});

/** `value`: what a JSON text holds. Everything that is wrong with it is told at once, one problem per place. */
export function readConvergeEvent(value: unknown): { event: SpecEvent } | { problems: SpecProblem[] } {
  const read = event.safeParse(value);
  const properties = orderProperties(value);
  const problems = toldOnce([
    ...inexactParts(value),
    ...problemsOf(read.error, [], FIELDS),
    ...(properties === null ? [] : problemsOf(order.safeParse(properties).error, ['properties'], FIELDS)),
  ]);
  // The value as it came: what has been read may lack what has no business in an object, such as a key named __proto__.
  return read.success && problems.length === 0 ? { event: value as SpecEvent } : { problems };
}

/** The order an event is about: `properties.id` of the events that carry one; null for all others. */
export function orderOf({ event_name, properties }: Pick<SpecEvent, 'event_name' | 'properties'>): string | null {
  const named = event_name === 'Received Refund' || ORDER_SHAPED.includes(event_name);
  return named && typeof properties.id === 'string' ? properties.id : null;
}

function orderProperties(value: unknown): object | null {
  if (typeof value !== 'object' || value === null || !('event_name' in value && 'properties' in value)) return null;
  const { event_name: name, properties } = value;
  return typeof name === 'string' && ORDER_SHAPED.includes(name) && typeof properties === 'object' ? properties : null;
}
