/** Throughput and latency of the last hours. */
import type { TrafficSpan } from '../store/types.ts';
import { html, type Html } from './html.ts';
import { count, table } from './parts.ts';
import { barPlot, legend, type Bar } from './plots.ts';

const MINUTE_MS = 60_000;

export interface TrafficRange {
  hours: string;
  spanMs: number;
  spans: number;
}

/** The first is shown when none is asked for. */
export const RANGES: [TrafficRange, ...TrafficRange[]] = [
  { hours: '6', spanMs: 5 * MINUTE_MS, spans: 72 },
  { hours: '1', spanMs: MINUTE_MS, spans: 60 },
  { hours: '24', spanMs: 30 * MINUTE_MS, spans: 48 },
];

/** Spans end at round times, so that a bar does not change when the page is loaded again; the last one is not over yet. */
export function trafficStart({ spanMs, spans }: TrafficRange, now: number): number {
  return (Math.floor(now / spanMs) + 1 - spans) * spanMs;
}

export function trafficSection(range: TrafficRange, spans: TrafficSpan[]): Html {
  const each = range.spanMs === MINUTE_MS ? 'minute' : `${range.spanMs / MINUTE_MS} minutes`;
  const latencies = spans.flatMap(({ latencyMs }) => latencyMs ?? []);
  const newest = latencies.at(-1);
  return html`<section class="card" aria-labelledby="traffic" data-part="traffic">
    <div class="heading">
      <h2 id="traffic">Traffic</h2>
      <span class="dim">all stores, UTC, by ${each}</span>
      <nav class="ranges end" aria-label="Span of the plots">${[...RANGES].sort(byHours).map((each) => rangeLink(each, range))}</nav>
    </div>
    <div class="columns">
      ${barPlot({
        title: 'Webhooks received',
        figure: count(sum(spans, 'webhooks')),
        summary: told(spans, 'webhooks'),
        bars: spans.map((span) => bar(span, [{ value: span.webhooks, kind: '' }], `${count(span.webhooks)} webhooks`)),
      })}
      ${barPlot({
        title: 'Posts to destinations',
        figure: count(sum(spans, 'attempts')),
        summary: told(spans, 'attempts'),
        bars: spans.map((span) => bar(span, [{ value: span.attempts, kind: '' }], `${count(span.attempts)} posts`)),
      })}
      <div>
        ${barPlot({
          title: 'Latency of posts',
          figure: newest ? `${newest.median} / ${newest.p95} ms` : 'none yet',
          summary: newest ? `last ${newest.median} ms in the middle, 95 of 100 within ${newest.p95} ms` : 'no posts',
          bars: spans.map(latencyBar),
        })}
        ${legend([
          ['', 'median'],
          ['soft', '95th percentile'],
        ])}
      </div>
    </div>
    <details id="traffic-figures" class="section">
      <summary>Figures</summary>
      ${table(
        'Traffic, newest first',
        [
          { label: 'From (UTC)', cell: ({ from }) => clock(from) },
          { label: 'Webhooks', cell: ({ webhooks }) => count(webhooks), number: true },
          { label: 'Posts', cell: ({ attempts }) => count(attempts), number: true },
          { label: 'Median ms', cell: ({ latencyMs }) => latencyMs?.median ?? '–', number: true },
          { label: '95th ms', cell: ({ latencyMs }) => latencyMs?.p95 ?? '–', number: true },
        ],
        spans.filter(({ webhooks, attempts }) => webhooks + attempts > 0).reverse(),
      )}
    </details>
  </section>`;
}

function byHours(a: TrafficRange, b: TrafficRange): number {
  return Number(a.hours) - Number(b.hours);
}

function rangeLink({ hours }: TrafficRange, current: TrafficRange): Html {
  const mark = hours === current.hours ? html` aria-current="true"` : null;
  return html`<a href="/?hours=${hours}" ${mark}>${hours} h</a>`;
}

function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}

function bar(span: TrafficSpan, parts: Bar['parts'], says: string): Bar {
  return { label: clock(span.from), parts, says: `${clock(span.from)} to ${clock(span.to)}: ${says}` };
}

function latencyBar(span: TrafficSpan): Bar {
  const { median, p95 } = span.latencyMs ?? { median: 0, p95: 0 };
  const parts = [
    { value: median, kind: '' },
    { value: p95 - median, kind: 'soft' },
  ];
  return bar(span, parts, span.latencyMs ? `median ${median} ms, 95th percentile ${p95} ms` : 'no posts');
}

function sum(spans: TrafficSpan[], what: 'webhooks' | 'attempts'): number {
  return spans.reduce((all, span) => all + span[what], 0);
}

function told(spans: TrafficSpan[], what: 'webhooks' | 'attempts'): string {
  const most = spans.reduce<TrafficSpan | null>((best, span) => (best === null || span[what] > best[what] ? span : best), null);
  const peak = most && most[what] > 0 ? `, most at ${clock(most.from)} with ${count(most[what])}` : '';
  return `${count(sum(spans, what))} since ${clock(spans[0]?.from ?? 0)}${peak}`;
}
