/** How far a backfill is: a bar on a terminal, a line every few seconds elsewhere, a JSON line for programs. */
import type { BackfillLook } from '../history.ts';
import type { BackfillProgress } from '../store/types.ts';
import type { Screen } from './screen.ts';
import { countOf } from './words.ts';

export interface ProgressLine {
  show(looks: BackfillLook[]): void;
  end(): void;
}

const PLAIN_EVERY_MS = 5_000;
const JSON_EVERY_MS = 1_000;
const BAR = 24;

export function createProgressLine(screen: Screen, terminal: boolean = process.stderr.isTTY): ProgressLine {
  let saidAt = -Infinity;
  let last = '';
  let drawn = 0;
  const rates = new Map<number, { at: number; read: number; perSecond: number }>();

  /** Orders per second, of the last seconds. */
  function rateOf({ id, read }: BackfillProgress, now: number): number {
    const before = rates.get(id);
    if (!before || read < before.read) rates.set(id, { at: now, read, perSecond: 0 });
    else if (now - before.at >= 2_000) {
      const recent = ((read - before.read) * 1000) / (now - before.at);
      rates.set(id, { at: now, read, perSecond: before.perSecond === 0 ? recent : 0.6 * before.perSecond + 0.4 * recent });
    }
    return rates.get(id)?.perSecond ?? 0;
  }

  function draw(looks: BackfillLook[], now: number): void {
    const lines = looks.map((look) => barText(look, rateOf(look.progress, now)));
    erase();
    process.stderr.write(`${lines.join('\n')}\n`);
    drawn = lines.length;
  }

  function erase(): void {
    if (drawn > 0) process.stderr.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  }

  return {
    show: (looks) => {
      const now = Date.now();
      if (screen.json) {
        const text = looks.map((look) => JSON.stringify(lookData(look, rateOf(look.progress, now)))).join('\n');
        const ended = looks.every(({ progress }) => progress.finishedAt !== null);
        if ((now - saidAt < JSON_EVERY_MS && !ended) || text === last) return;
        [saidAt, last] = [now, text];
        return screen.print(text);
      }
      if (screen.quiet) return;
      if (terminal) return draw(looks, now);
      const rates_ = looks.map((look) => rateOf(look.progress, now));
      if (now - saidAt < PLAIN_EVERY_MS) return;
      saidAt = now;
      for (const [place, look] of looks.entries()) screen.print(lineText(look, rates_[place] ?? 0));
    },
    end: () => {
      if (terminal && !screen.json) erase();
    },
  };
}

/** `12 of 40 orders read, 10 written, 1 left to sync, 1 known`. */
export function progressText({ state, expected, read, derived, markedDue, known }: BackfillProgress): string {
  if (state === 'waiting') return 'waiting to be planned';
  const parts = [`${derived} written`, markedDue > 0 && `${markedDue} read one by one`, known > 0 && `${known} known already`];
  return `${read} of ${countOf(expected ?? 0, 'order')} read: ${parts.filter((part) => part !== false).join(', ')}`;
}

/** `3 done, 2 running, 1 planned`. */
export function sliceText({ slices }: BackfillProgress): string {
  const { planned, starting, running, reading, done, failed } = slices;
  const counts: [number, string][] = [
    [done, 'done'],
    [reading, 'reading'],
    [running + starting, 'running'],
    [planned, 'planned'],
    [failed, 'failed'],
  ];
  const there = counts.filter(([count]) => count > 0).map(([count, name]) => `${count} ${name}`);
  return there.length === 0 ? 'no slices' : `slices: ${there.join(', ')}`;
}

function leftText({ expected, read }: BackfillProgress, perSecond: number): string {
  const left = Math.max(0, (expected ?? 0) - read);
  if (left === 0 || perSecond <= 0) return '';
  const seconds = Math.round(left / perSecond);
  const text = seconds < 90 ? `${seconds} s` : seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
  return `, ${text} left`;
}

/** Nothing once all are read: what is left then is not counted by it. */
function rateText({ expected, read }: BackfillProgress, perSecond: number): string {
  return perSecond > 0 && read < (expected ?? 0) ? `, ${perSecond.toFixed(perSecond < 10 ? 1 : 0)} orders/s` : '';
}

function behind({ due, pending }: BackfillLook): string {
  const parts = [due > 0 && `${due} to be read`, pending > 0 && `${pending} in the outbox`].filter((part) => part !== false);
  return parts.length === 0 ? '' : ` · ${parts.join(', ')}`;
}

function lineText(look: BackfillLook, perSecond: number): string {
  const { progress } = look;
  const error = progress.error === null ? '' : ` · ${progress.error}`;
  return `${progress.store}  ${progressText(progress)}${rateText(progress, perSecond)}${leftText(progress, perSecond)} · ${sliceText(progress)}${behind(look)}${error}`;
}

function barText(look: BackfillLook, perSecond: number): string {
  const { progress } = look;
  const part = progress.expected === null ? 0 : progress.expected === 0 ? 1 : Math.min(1, progress.read / progress.expected);
  const full = Math.round(part * BAR);
  const bar = `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${String(Math.floor(part * 100)).padStart(3)} %`;
  const width = Math.max(40, (process.stderr.columns ?? 80) - 1);
  const { expected, read, store } = progress;
  const text = `${store}  ${bar}  ${read} of ${expected ?? '?'}${rateText(progress, perSecond)}${leftText(progress, perSecond)} · ${sliceText(progress)}${behind(look)}`;
  return text.length > width ? text.slice(0, width) : text;
}

function lookData({ progress, due, pending, paused }: BackfillLook, perSecond: number): object {
  const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  const { createdAt, startedAt, finishedAt, since, until, failed, words: _, ...rest } = progress;
  return {
    ...rest,
    since: iso(since),
    until: iso(until),
    createdAt: iso(createdAt),
    startedAt: iso(startedAt),
    finishedAt: iso(finishedAt),
    failed: failed.map((slice) => ({ ...slice, since: iso(slice.since), until: iso(slice.until) })),
    ordersPerSecond: Math.round(perSecond * 10) / 10,
    dueOrders: due,
    pendingEvents: pending,
    paused,
  };
}
