/** What is counted and measured: every instrument once, on a registry of its own. Names, units and labels are a promise to dashboards. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

export type WebhookResult =
  /** Recorded; its order is due. */
  | 'accepted'
  /** The delivery id was known. */
  | 'duplicate'
  /** Recorded, and nothing follows from its topic. */
  | 'unused'
  | 'too_large'
  | 'unknown_shop'
  | 'unauthorized'
  | 'invalid'
  /** Could not be written or taken on: Shopify will send it again. */
  | 'unavailable';

const TOPICS = new Set([
  'orders/create',
  'orders/updated',
  'orders/edited',
  'orders/cancelled',
  'orders/delete',
  'refunds/create',
  'order_transactions/create',
  'app/uninstalled',
  'app/scopes_update',
  'bulk_operations/finish',
  'customers/data_request',
  'customers/redact',
  'shop/redact',
]);

/** The topic where it is one we know, else `other`: headers are chosen by the sender and must not grow the number of series. */
export function topicLabel(topic: string): string {
  return TOPICS.has(topic) ? topic : 'other';
}

/** Counters and histograms grow where things happen; gauges are set when they are read. Ages and durations are in seconds. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const named = (name: string) => `shopify_converge_${name}`;
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name: named(name), help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Gauge({ name: named(name), help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, labelNames: L[], buckets: number[]) =>
    new Histogram({ name: named(name), help, labelNames, buckets, registers });

  const webhooks = counter('webhooks_total', 'Webhook requests by topic and result.', ['topic', 'result']);

  const metrics = {
    registry,
    /** Counts one webhook request; an unknown topic counts as `other`. */
    countWebhook: (topic: string, result: WebhookResult) => webhooks.inc({ topic: topicLabel(topic), result }),
    ackSeconds: histogram(
      'webhook_ack_seconds',
      'From the arrival of a webhook to its answer, durable commit included.',
      [],
      [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    ),

    /** Of stores: set anew, all of them, whenever they are read. */
    ofStores: {
      storeConnected: gauge('store_connected', '1 while the store is connected.', ['store']),
      tokenAge: gauge('shopify_token_age_seconds', 'Since the last access token was had.', ['store']),
      costAvailable: gauge('shopify_cost_available_points', 'Points left of the cost budget, as Shopify last told.', ['store']),
      costRestoreRate: gauge('shopify_cost_restore_points_per_second', 'Points the cost budget gains a second, as Shopify last told.', [
        'store',
      ]),
      dueOrders: gauge('due_orders', 'Orders to be read, by state: ready, or waiting for their time.', ['store', 'state']),
      oldestDueAge: gauge(
        'oldest_due_order_age_seconds',
        'How long the longest-waiting order that is ready to be read has been so; 0 without one.',
        ['store'],
      ),
      orders: gauge('orders', 'Orders accounted for, by decision.', ['store', 'decision']),
      excludedOrders: gauge('excluded_orders', 'Excluded orders by the rule that excluded them.', ['store', 'reason']),
      unmappedChannelOrders: gauge('unmapped_channel_orders', 'Orders whose source name is in no sales channel table.', ['store']),
      changedAfterSendingOrders: gauge('changed_after_sending_orders', 'Orders whose total is no longer what their Placed Order said.', [
        'store',
      ]),
      backfillReadOrders: gauge('backfill_read_orders', 'Orders the newest backfill has read; absent without one.', ['store']),
      backfillExpectedOrders: gauge(
        'backfill_expected_orders',
        'Orders Shopify counts in the window of the newest backfill; absent until it is planned.',
        ['store'],
      ),
      backfillRunning: gauge('backfill_running', '1 while a backfill is not at its end.', ['store']),
      events: gauge('events', 'Events by state.', ['store', 'state']),
      openAlerts: gauge('open_alerts', 'Open alerts by kind.', ['store', 'kind']),
      unaccountedOrders: gauge(
        'unaccounted_orders',
        "Orders the daemon's last audit found not accounted for; absent until it has made one.",
        ['store'],
      ),
      deadLetters: gauge('dead_letters', 'What was set aside and not discarded, by kind: event, order.', ['store', 'kind']),
      blockedEvents: gauge('blocked_events', 'Pending events that wait behind a dead letter of their order.', ['store']),
      oldestPendingAge: gauge('oldest_pending_event_age_seconds', 'Age of the oldest undelivered event; 0 without one.', ['store']),
      destinationPaused: gauge('destination_paused', '1 while delivery to the destination is paused: it refuses everything.', [
        'store',
        'destination',
      ]),
      destinationDown: gauge('destination_down', '1 while the destination is down: its circuit is open, single events are tried.', [
        'store',
        'destination',
      ]),
    },

    throttles: counter('shopify_throttles_total', 'Requests Shopify throttled.', ['store']),
    identityDifferences: counter('identity_differences_total', 'Placed Orders whose parts do not add up to their total.', ['store']),
    deliveries: counter('deliveries_total', 'Attempts to deliver, by result: delivered, retry, dead.', ['store', 'destination', 'result']),
    deliverySeconds: histogram(
      'delivery_seconds',
      'From the request to the answer of one attempt.',
      ['destination'],
      [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
    ),
    databaseUp: gauge('database_up', '0 while the database cannot be read.', []),
    databaseBytes: gauge('database_size_bytes', 'Size on the disk by file: database, log (write-ahead).', ['file']),
    workerUp: gauge('worker_up', '0 while the last tick of the worker failed.', ['worker']),
  };
  registerProcess(registers);
  return metrics;
}

export interface MetricDefinition {
  name: string;
  help: string;
  type: string;
  labels: string[];
}

/** Every instrument, in the order of this file. */
export function metricDefinitions({ registry }: Pick<Metrics, 'registry'>): MetricDefinition[] {
  return registry.getMetricsAsArray().map((metric) => {
    const { name, help, labelNames = [] } = metric as unknown as { name: string; help: string; labelNames?: string[] };
    const type = metric instanceof Histogram ? 'histogram' : metric instanceof Counter ? 'counter' : 'gauge';
    return { name, help, type, labels: labelNames };
  });
}

/** Markdown, one row per metric. */
export function metricsTable(metrics: Pick<Metrics, 'registry'>): string {
  const rows = metricDefinitions(metrics).map(({ name, help, type, labels }) => {
    return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`;
  });
  return ['| metric | type | labels | what it is |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** The names every Prometheus client uses for its process; prom-client's own set adds a timer and an observer per registry. */
function registerProcess(registers: Registry[]): void {
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'Start time of the process since unix epoch in seconds.',
    registers,
    collect() {
      this.set(performance.timeOrigin / 1000);
    },
  });
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory size in bytes.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Total user and system CPU time spent in seconds.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
}
