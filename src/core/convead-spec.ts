/** The shape of the Convead events that may be handed in besides those made from orders: Convead's data object, with an id of ours. */
import { z } from 'zod';
import { inexactParts, label, must, problemsOf, text, toldOnce, type SpecProblem } from './spec-problems.ts';

/** Convead documents: Latin letters, digits and _. */
export const CONVEAD_KEY = /^[A-Za-z0-9_]+$/;

/** Ids are text to Convead; a whole number is taken for one. */
const id = z.union([text(), z.int().nonnegative()], must('an id: text that is not empty, or a whole number')).transform(String);
const uid = z.union([z.literal(''), id], must('an id: text, or a whole number')).default('');
const price = z.number(must('a number, without quotes')).nonnegative(must('a number that is not negative'));
const quantity = z.number(must('a number above 0, without quotes')).positive(must('a number above 0, without quotes'));
const anObject = must('an object');

const product = {
  product_id: id,
  product_name: text().optional(),
  product_url: text().optional(),
  product_image_url: text().optional(),
};
const item = z.looseObject({ ...product, qnt: quantity, price }, anObject);

/** What each type needs, as Convead's JS Event API and its Ruby client document it. They may carry more. */
const PROPERTIES = {
  add_to_cart: z.looseObject({ ...product, qnt: quantity, price: price.optional() }, anObject),
  remove_from_cart: z.looseObject({ ...product, qnt: quantity }, anObject),
  // The whole cart; an empty list: it was emptied.
  update_cart: z.looseObject({ items: z.array(item, must('a list of what is in the cart; [] when nothing is')) }, anObject),
  view_product: z.looseObject({ ...product, price: price.optional() }, anObject),
  link: z.looseObject({ key_page_id: id.optional() }, anObject).prefault({}),
  file: z.looseObject({ file_url: text(), file_title: text().optional() }, anObject),
  mailto: z.looseObject({ email: text() }, anObject),
  update_info: z.looseObject({}, anObject).prefault({}),
  custom: z.looseObject(
    { key: text('the key of an event in Convead').regex(CONVEAD_KEY, 'must be the key of an event in Convead: letters, digits and _') },
    anObject,
  ),
};

export type ConveadType = keyof typeof PROPERTIES;
const TYPES = Object.keys(PROPERTIES) as ConveadType[];

/** Convead documents: an empty value erases what it knows of the visitor. */
const visitorInfo = z.record(
  z.string(),
  z.union([text('text that is not empty; leave out what is not known'), z.number(), z.boolean()], must('text, a number, true or false')),
  anObject,
);

const aPath = must('a path that begins with /');
const envelope = {
  event_id: label('an id of up to 256 characters, as text; the same fact must always have the same one'),
  visitor_uid: uid,
  guest_uid: uid,
  url: text().optional(),
  path: z.string(aPath).startsWith('/', aPath).optional(),
  title: text().optional(),
  referrer: text().optional(),
  visitor_info: visitorInfo.prefault({}),
};

const event = z
  .strictObject(
    { ...envelope, type: z.enum(TYPES, must(`one of ${TYPES.join(', ')}`)), properties: z.unknown().optional() },
    must('a JSON object'),
  )
  .superRefine(({ type, visitor_uid, guest_uid, visitor_info }, { addIssue }) => {
    const add = (path: string, message: string) => addIssue({ code: 'custom', path: [path], message });
    if (visitor_uid === '' && guest_uid === '') add('visitor_uid', 'is missing, and so is guest_uid: one of them must say who it was');
    if (type === 'update_info' && Object.keys(visitor_info).length === 0)
      add('visitor_info', 'is missing: update_info must say what is to be known of the visitor');
  });

const FIELDS = Object.keys(event.shape);

/** As it stands in the outbox. Both uids are there; the unknown one is empty. */
export interface ConveadEvent extends Omit<z.output<typeof event>, 'type' | 'properties'> {
  event_name: ConveadType;
  properties: Record<string, unknown>;
}

/** Whether an event of the outbox is one of these: the types are never names of the Converge spec. */
export function isConveadEvent(given: { event_name: string }): given is ConveadEvent {
  return (TYPES as string[]).includes(given.event_name);
}

/** `value`: what a JSON text holds. Everything that is wrong with it is told at once, one problem per place. */
export function readConveadEvent(value: unknown): { event: ConveadEvent } | { problems: SpecProblem[] } {
  const read = event.safeParse(value);
  const properties = propertiesOf(value);
  const problems = toldOnce([
    ...inexactParts(value),
    ...problemsOf(read.error, [], FIELDS),
    ...problemsOf(properties?.error, ['properties'], FIELDS),
  ]);
  if (!read.success || !properties?.success || problems.length > 0) return { problems };
  const { type, event_id, ...rest } = read.data;
  return { event: { event_name: type, event_id, ...rest, properties: properties.data } };
}

/** Null: of what type they would have to be is not known. */
function propertiesOf(value: unknown): z.ZodSafeParseResult<Record<string, unknown>> | null {
  if (typeof value !== 'object' || value === null || !('type' in value)) return null;
  const type = TYPES.find((known) => known === value.type);
  return type === undefined ? null : PROPERTIES[type].safeParse('properties' in value ? value.properties : undefined);
}
