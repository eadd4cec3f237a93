/** What came to the Convead endpoint: a form with a data object in it, as Convead documents them, or what is wrong with it. */
import { z } from 'zod';
import { readConveadEvent } from '../core/convead-spec.ts';

const text = z.string().min(1);
const fields = z.strictObject({ app_key: text, visitor_uid: z.string(), guest_uid: z.string(), data: text });

const data = z.strictObject({
  app_key: text,
  visitor_uid: z.string(),
  guest_uid: z.string(),
  type: text,
  domain: text,
  host: text,
  url: z.url({ protocol: /^https?$/ }),
  path: text.optional(),
  title: text.optional(),
  referrer: text.optional(),
  properties: z.record(z.string(), z.unknown()),
  visitor_info: z.record(z.string(), z.union([text, z.number(), z.boolean()])),
  attributes: z.record(z.string(), z.unknown()),
});

const purchase = z.strictObject({
  order_id: text,
  revenue: z.number(),
  items: z.array(
    z.strictObject({
      product_id: text,
      qnt: z.number().positive(),
      price: z.number().nonnegative(),
      product_name: text.optional(),
      product_url: z.url().optional(),
      product_image_url: z.url().optional(),
    }),
  ),
});

export type ConveadBody = z.output<typeof data>;

/** One line per field that is wrong. */
export function readForm(body: string): { event: ConveadBody } | { errors: string[] } {
  const form = formOf(body);
  if (form === null) return { errors: ['body: no form, or a field twice'] };
  const read = fields.safeParse(form);
  if (!read.success) return { errors: lines(read.error, []) };
  const { app_key, visitor_uid, guest_uid } = read.data;
  if (visitor_uid === '' && guest_uid === '') return { errors: ['visitor_uid: empty, and so is guest_uid'] };
  const inner = data.safeParse(jsonOf(read.data.data));
  if (!inner.success) return { errors: lines(inner.error, ['data']) };
  const event = inner.data;
  if (event.app_key !== app_key || event.visitor_uid !== visitor_uid || event.guest_uid !== guest_uid) {
    return { errors: ['data: app_key, visitor_uid and guest_uid differ from those of the form'] };
  }
  const errors = propertyErrors(event);
  return errors.length > 0 ? { errors } : { event };
}

function propertyErrors({ type, properties, visitor_info, visitor_uid, guest_uid }: ConveadBody): string[] {
  if (type === 'purchase') {
    const read = purchase.safeParse(properties);
    return read.success ? [] : lines(read.error, ['data', 'properties']);
  }
  const read = readConveadEvent({ event_id: '-', type, visitor_uid, guest_uid, properties, visitor_info });
  return 'event' in read ? [] : read.problems.map(({ path, message }) => `data.${path}: ${message}`);
}

/** Strict, unlike `URLSearchParams`: whatever is not encoded is a mistake. Null: no form. */
function formOf(body: string): Record<string, string> | null {
  const form: Record<string, string> = {};
  for (const pair of body.split('&')) {
    const [, name, value] = /^([\w.*+%-]+)=([\w.*+%-]*)$/.exec(pair) ?? [];
    const [key, content] = [decoded(name), decoded(value)];
    if (key === null || content === null || Object.hasOwn(form, key)) return null;
    form[key] = content;
  }
  return form;
}

function decoded(part: string | undefined): string | null {
  if (part === undefined) return null;
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

function jsonOf(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}

function lines(error: z.ZodError, prefix: string[]): string[] {
  return error.issues.map((issue) => `${[...prefix, ...issue.path].join('.') || 'body'}: ${issue.message}`);
}
