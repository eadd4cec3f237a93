/** The shape Converge documents for an event, as strictly as its documentation allows. */
import { z } from 'zod';

const properties = z.record(z.string(), z.unknown());

const event = z.object({
  event_name: z.string().min(1),
  event_id: z.string().min(1),
  properties,
  profile_properties: properties,
  aliases: z.array(z.string().min(1)).min(1).max(10),
  timestamp: z.union([z.iso.datetime({ offset: true }), z.number().int().positive()]).optional(),
});

const currency = z.string().regex(/^[A-Z]{3}$/);

const item = z.object({
  product_id: z.string().min(1),
  name: z.string().min(1),
  price: z.number(),
  currency,
  quantity: z.number().int(),
});

/** Of the required fields `$email` and `$is_new_customer` may be missing: Converge only warns, and an order may have neither. */
const order = z.object({
  id: z.string().min(1),
  total_price: z.number(),
  total_tax: z.number(),
  total_shipping: z.number(),
  currency,
  total_discount: z.number().nonnegative().optional(),
  coupon: z.union([z.string().min(1), z.array(z.string().min(1))]).optional(),
  items: z.array(item).optional(),
  $email: z.string().min(1).optional(),
  $is_new_customer: z.boolean().optional(),
});

/** Events of the spec with the properties of an order. Received Refund is outside the spec: only what every event needs. */
const ORDER_EVENTS = new Set(['Placed Order', 'Started Subscription', 'Cancelled Subscription', 'Placed Recurring Subscription Order']);

export interface ConvergeBody {
  event_name: string;
  event_id: string;
  properties: Record<string, unknown>;
  profile_properties: Record<string, unknown>;
  aliases: string[];
  timestamp?: string | number | undefined;
}

/** The event, or what is wrong with it: one line per field. */
export function readEvent(text: string): { event: ConvergeBody } | { errors: string[] } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { errors: ['body: not JSON'] };
  }
  const lines = (error: z.ZodError, prefix: string[]): string[] =>
    error.issues.map((issue) => `${[...prefix, ...issue.path].join('.') || 'body'}: ${issue.message}`);
  const read = event.safeParse(parsed);
  if (!read.success) return { errors: lines(read.error, []) };
  if (ORDER_EVENTS.has(read.data.event_name)) {
    const inner = order.safeParse(read.data.properties);
    if (!inner.success) return { errors: lines(inner.error, ['properties']) };
  }
  return { event: read.data };
}
