import { expect, test } from 'vitest';
import { createMetrics, topicLabel } from '../../src/platform/metrics.ts';

test('every instrument has a name with its unit, a help text and a registry of its own', async () => {
  const metrics = createMetrics();
  const other = createMetrics();
  metrics.countWebhook('orders/create', 'accepted');
  metrics.deliveries.inc({ store: 'main', destination: 'converge', result: 'delivered' });
  const text = await metrics.registry.metrics();
  expect(text).toContain('shopify_converge_webhooks_total{topic="orders/create",result="accepted"} 1');
  expect(await other.registry.metrics()).not.toContain('result="accepted"');
  for (const { name, help, type } of metrics.registry.getMetricsAsArray() as unknown as { name: string; help: string; type?: string }[]) {
    expect(help).toMatch(/\.$/);
    expect(name).toMatch(/^(shopify_converge|process)_[a-z_]+$/);
    if (type === 'counter') expect(name).toMatch(/_total$/);
  }
  expect(text).toMatch(/^process_resident_memory_bytes \d{7,}$/m);
  expect(text).toMatch(/^process_start_time_seconds 1[\d.]+$/m);
});

test('topics from outside do not grow the number of series', async () => {
  const metrics = createMetrics();
  for (let i = 0; i < 1_000; i += 1) metrics.countWebhook(`evil/${i}`, 'unauthorized');
  const lines = (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('shopify_converge_webhooks_total'));
  expect(lines).toEqual(['shopify_converge_webhooks_total{topic="other",result="unauthorized"} 1000']);
  expect(topicLabel('orders/create')).toBe('orders/create');
  expect(topicLabel('__proto__')).toBe('other');
});
