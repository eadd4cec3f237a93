/** The rules and the dashboard for Prometheus and Grafana ask for metrics that exist, by labels they have. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { createMetrics, metricDefinitions } from '../../src/platform/metrics.ts';
import { withMetricsTable } from '../../src/platform/write-metrics-docs.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const definitions = metricDefinitions(createMetrics());
const NAME = /\b(?:shopify_converge|process)_[a-z_]+/g;

interface Rules {
  groups: { rules: { alert: string; expr: string; for: string; labels: { severity: string }; annotations: Record<string, string> }[] }[];
}

const rules = (parse(read('deploy/prometheus/alerts.yml')) as Rules).groups.flatMap((group) => group.rules);
const panels = (JSON.parse(read('deploy/grafana/dashboard.json')) as { panels: { title: string; targets?: { expr: string }[] }[] }).panels;
const asked = [...rules.map(({ expr }) => expr), ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))];

test('every metric they name exists, histograms by their series', () => {
  const series = definitions.flatMap(({ name, type }) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  const names = asked.flatMap((expr) => expr.match(NAME) ?? []);
  expect(names.length).toBeGreaterThan(30);
  expect([...new Set(names)].filter((name) => !series.includes(name))).toEqual([]);
});

test('they select and add up by labels the metric has', () => {
  for (const expr of asked) {
    const known = (expr.match(NAME) ?? []).flatMap((name) => definitions.find((one) => name.startsWith(one.name))?.labels ?? []);
    const selected = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, text = '']) =>
      [...text.matchAll(/(\w+)\s*[=!]/g)].map(([, label]) => label),
    );
    const grouped = [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, text = '']) => text.split(', '));
    for (const label of [...selected, ...grouped]) expect([...known, 'le', 'job'], expr).toContain(label);
  }
});

test('every rule says how bad it is, what it is and what to do; names are given once', () => {
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { alert, labels, annotations, for: lasts } of rules) {
    expect(alert).toMatch(/^[A-Z]\w+$/);
    expect(['info', 'warning', 'critical']).toContain(labels.severity);
    expect(lasts).toMatch(/^\d+m$/);
    expect([annotations['summary']!.length > 10, annotations['description']!.length > 20]).toEqual([true, true]);
  }
});

test('the README lists every metric', () => {
  const readme = read('README.md');
  expect(withMetricsTable(readme)).toBe(readme);
  for (const { name } of definitions) expect(readme).toContain(`| \`${name}\` |`);
});
