/** The webhook topics we subscribe to, and the few fields of each body we ask for: ids and times, no personal data. */
import type { WebhookSubscriptionTopic } from './generated.ts';

const ORDER = ['id', 'admin_graphql_api_id', 'created_at', 'updated_at'];

/**
 * Topic -> includeFields. `updated_at` is in where there is one because Shopify documents that identical bodies within a short time are merged into one.
 * The compliance topics are not here: they can be set in the app's configuration only.
 */
export const TOPICS: ReadonlyMap<WebhookSubscriptionTopic, readonly string[]> = new Map<WebhookSubscriptionTopic, readonly string[]>([
  ['ORDERS_CREATE', ORDER],
  ['ORDERS_UPDATED', ORDER],
  ['ORDERS_EDITED', ['order_edit.id', 'order_edit.order_id', 'order_edit.created_at', 'order_edit.committed_at']],
  ['ORDERS_CANCELLED', ORDER],
  ['REFUNDS_CREATE', ['id', 'order_id', 'created_at', 'processed_at']],
  ['ORDER_TRANSACTIONS_CREATE', ['id', 'order_id', 'kind', 'status', 'created_at', 'processed_at']],
  ['ORDERS_DELETE', ['id']],
  ['APP_UNINSTALLED', ['id', 'myshopify_domain']],
  ['APP_SCOPES_UPDATE', ['id', 'previous', 'current', 'updated_at']],
  ['BULK_OPERATIONS_FINISH', ['admin_graphql_api_id', 'status', 'type', 'error_code', 'created_at', 'completed_at']],
]);
