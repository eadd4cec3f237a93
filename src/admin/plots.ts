/** Bar plots as SVG, with their figures in words for those who do not see them. */
import { html, type Html } from './html.ts';

export interface Bar {
  /** What it stands for: a time, a day. */
  label: string;
  /** From the bottom up. */
  parts: { value: number; kind: string }[];
  /** What is told when somebody points at it. */
  says: string;
}

export interface Plot {
  title: string;
  /** At the right of the title: the figure people look for first. */
  figure: string;
  /** All of it in a sentence. */
  summary: string;
  bars: Bar[];
  tall?: boolean;
}

const HEIGHT = 100;
const STEP = 10;

/** The highest bar fills the height. Bars that overlay each other are parts of which each is the difference to the one below. */
export function barPlot({ title, figure, summary, bars, tall }: Plot): Html {
  const sums = bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0));
  const highest = Math.max(1e-9, ...sums);
  const first = bars[0]?.label ?? '';
  const last = bars.at(-1)?.label ?? '';
  return html`<figure>
    <figcaption><b>${title}</b><span class="dim">${figure}</span></figcaption>
    <svg
      class="plot${tall ? ' tall' : ''}"
      viewBox="0 0 ${bars.length * STEP} ${HEIGHT}"
      preserveAspectRatio="none"
      role="img"
      aria-label="${title}: ${summary}"
    >
      ${bars.map((bar, index) => drawn(bar, index * STEP, highest))}
    </svg>
    <div class="ends" aria-hidden="true"><span>${first}</span><span>${told(sums)}</span><span>${last}</span></div>
  </figure>`;
}

/** What the full height stands for. */
function told(sums: number[]): string {
  const highest = Math.max(0, ...sums);
  return highest === 0 ? '' : `highest ${highest.toLocaleString('en-US')}`;
}

function drawn({ parts, says }: Bar, x: number, highest: number): Html {
  let top = HEIGHT;
  const drawnParts = parts
    .filter(({ value }) => value > 0)
    .map(({ value, kind }) => {
      // What is there can be seen.
      const height = Math.max(1.5, (value / highest) * (HEIGHT - 2));
      top = Math.max(0, top - height);
      return html`<rect class="${kind}" x="${x + 1}" y="${round(top)}" width="${STEP - 2}" height="${round(height)}" />`;
    });
  return html`<g><title>${says}</title><rect class="space" x="${x}" y="0" width="${STEP}" height="${HEIGHT}" />${drawnParts}</g>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

export function legend(entries: [kind: string, label: string][]): Html {
  return html`<ul class="legend">
    ${entries.map(
      ([kind, label]) =>
        html`<li>
          <svg class="plot" viewBox="0 0 10 10" aria-hidden="true"><rect class="${kind}" width="10" height="10" rx="2" /></svg>${label}
        </li>`,
    )}
  </ul>`;
}
