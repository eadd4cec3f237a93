/** Our webhook subscriptions at one address: listed, created, repaired, taken away. Nobody else's is touched. */
import { ConnectorError } from '../core/errors.ts';
import type { Query } from './client.ts';
import {
  SubscriptionCreate,
  SubscriptionDelete,
  Subscriptions,
  SubscriptionUpdate,
  type SubscriptionsQuery,
  type WebhookSubscriptionInput,
  type WebhookSubscriptionTopic,
} from './generated.ts';
import { allNodes, whole } from './pages.ts';
import { TOPICS } from './topics.ts';
import type { SubscriptionReport, SubscriptionState } from './types.ts';

type Subscription = SubscriptionsQuery['webhookSubscriptions']['nodes'][number];
type UserErrors = { message: string }[] | undefined;

const PAGE = 100;
/** Shopify's words (recorded from a live store); its user errors carry no code here. */
const TAKEN = 'Address for this topic has already been taken';
const UNKNOWN = 'Webhook subscription does not exist';

/** See Shopify.ensureSubscriptions. */
export async function ensureSubscriptions(query: Query, uri: string): Promise<SubscriptionReport> {
  const ours = await listAt(query, uri);
  const report: SubscriptionReport = { created: [], updated: [], unchanged: [], removed: [], failed: [] };
  for (const [topic, fields] of TOPICS) {
    const same = ours.filter((subscription) => subscription.topic === topic);
    const kept = same.find((subscription) => isRight(subscription, fields)) ?? same[0];
    await reporting(report, topic, async () => {
      report[await put(query, topic, uri, fields, kept)].push(topic);
    });
    for (const surplus of same) if (surplus !== kept) await removeOne(query, surplus, report);
  }
  for (const stray of ours) if (!TOPICS.has(stray.topic)) await removeOne(query, stray, report);
  return report;
}

/** See Shopify.listSubscriptions. */
export async function listSubscriptions(query: Query, uri: string): Promise<string[]> {
  return [...new Set((await listAt(query, uri)).map(({ topic }) => topic))];
}

/** See Shopify.lookAtSubscriptions. */
export async function lookAtSubscriptions(query: Query, uri: string | null): Promise<SubscriptionState> {
  const all = await list(query);
  const here = all.filter((subscription) => subscription.uri === uri);
  const state: SubscriptionState = { right: [], wrong: [], missing: [], elsewhere: [] };
  for (const [topic, fields] of uri === null ? [] : TOPICS) {
    const same = here.filter((subscription) => subscription.topic === topic);
    const found = same.find((subscription) => isRight(subscription, fields)) ?? same[0];
    if (!found) state.missing.push(topic);
    else if (isRight(found, fields)) state.right.push({ topic, createdAt: Date.parse(found.createdAt) });
    else state.wrong.push(topic);
  }
  for (const { topic, uri: at } of all) if (at !== uri) state.elsewhere.push({ topic, uri: at });
  return state;
}

/** See Shopify.removeSubscriptions. Throws when one cannot be removed. */
export async function removeSubscriptions(query: Query, uri: string): Promise<string[]> {
  const removed: string[] = [];
  for (const subscription of await listAt(query, uri)) {
    await remove(query, subscription.id);
    removed.push(subscription.topic);
  }
  return [...new Set(removed)];
}

/** Filtered here: what Shopify's own `uri` filter takes for equal is not documented. */
async function listAt(query: Query, uri: string): Promise<Subscription[]> {
  return (await list(query)).filter((subscription) => subscription.uri === uri);
}

/** Of this app; Shopify shows no others. */
async function list(query: Query): Promise<Subscription[]> {
  const read = async (after: string | null) => whole(await query(Subscriptions, { first: PAGE, after })).webhookSubscriptions;
  return await allNodes(await read(null), read);
}

/** A filter may suppress every delivery without an error, and XML is nothing we read. */
function isRight({ format, filter, includeFields }: Subscription, fields: readonly string[]): boolean {
  const same = includeFields.length === fields.length && fields.every((field) => includeFields.includes(field));
  return same && format === 'JSON' && (filter ?? '') === '';
}

async function put(
  query: Query,
  topic: WebhookSubscriptionTopic,
  uri: string,
  fields: readonly string[],
  kept: Subscription | undefined,
): Promise<'created' | 'updated' | 'unchanged'> {
  if (kept && isRight(kept, fields)) return 'unchanged';
  const subscription: WebhookSubscriptionInput = { uri, format: 'JSON', includeFields: [...fields], filter: '' };
  if (kept) {
    const answer = whole(await query(SubscriptionUpdate, { id: kept.id, subscription })).webhookSubscriptionUpdate;
    if (!refuses(answer?.userErrors, UNKNOWN)) return 'updated';
  }
  const answer = whole(await query(SubscriptionCreate, { topic, subscription })).webhookSubscriptionCreate;
  // Somebody made it between our list and now: a second worker, or this one before it lost the answer.
  return refuses(answer?.userErrors, TAKEN) ? 'unchanged' : 'created';
}

async function remove(query: Query, id: string): Promise<void> {
  const answer = whole(await query(SubscriptionDelete, { id })).webhookSubscriptionDelete;
  refuses(answer?.userErrors, UNKNOWN);
}

async function removeOne(query: Query, { id, topic }: Subscription, report: SubscriptionReport): Promise<void> {
  await reporting(report, topic, async () => {
    await remove(query, id);
    report.removed.push(topic);
  });
}

/** Whether Shopify refuses with just these words, which are no failure to us. Throws for any other refusal. */
function refuses(userErrors: UserErrors, words: string): boolean {
  const messages = (userErrors ?? []).map(({ message }) => message);
  if (messages.length === 0) return false;
  if (messages.every((message) => message === words)) return true;
  throw new ConnectorError('SHOPIFY_SUBSCRIPTION_REFUSED', messages.join('; '));
}

/** What concerns one topic goes into the report; what concerns the connection is thrown. */
async function reporting(report: SubscriptionReport, topic: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const ofTopic =
      error instanceof ConnectorError &&
      ['SHOPIFY_SUBSCRIPTION_REFUSED', 'SHOPIFY_ACCESS_DENIED', 'SHOPIFY_QUERY_FAILED'].includes(error.code);
    if (!ofTopic) throw error;
    report.failed.push({ topic, message: error.message });
  }
}
