/** Questions on a terminal. */
import { cancel, CANCEL_SYMBOL, confirm, intro, log, outro, password, select, spinner, text } from '@clack/prompts';
import type { Readable, Writable } from 'node:stream';
import { ConnectorError } from '../core/errors.ts';

/** What is wrong with an answer; null: nothing. */
export type Judge = (answer: string) => string | null;

export interface Ask {
  begin(title: string): void;
  /** An empty answer is `initial`. */
  text(question: string, options: { initial?: string; hint?: string; judge: Judge }): Promise<string>;
  secret(question: string, judge: Judge): Promise<string>;
  choose<Value extends string>(question: string, options: { value: Value; label: string }[]): Promise<Value>;
  yes(question: string, initial: boolean): Promise<boolean>;
  /** Shows that something takes its time. */
  during<Result>(what: string, work: () => Promise<Result>): Promise<Result>;
  say(kind: 'ok' | 'warn' | 'fail', message: string): void;
  end(message: string): void;
}

/** Each question throws CLI_CANCELLED when it is left with Ctrl-C or Escape. */
export function askOn(streams: { input?: Readable; output?: Writable } = {}): Ask {
  async function answered<Value>(answer: Promise<Value | typeof CANCEL_SYMBOL>): Promise<Value> {
    const value = await answer;
    if (value !== CANCEL_SYMBOL) return value;
    cancel('Nothing was written.', streams);
    throw new ConnectorError('CLI_CANCELLED', 'Cancelled: nothing was written. Run init again when you have what it asks for.');
  }
  const judged = (judge: Judge) => (value: string | undefined) => judge((value ?? '').trim()) ?? undefined;

  return {
    begin: (title) => intro(title, streams),
    text: async (message, { initial = '', hint, judge }) => {
      const options = {
        ...streams,
        message,
        initialValue: initial,
        validate: judged(judge),
        ...(hint === undefined ? {} : { placeholder: hint }),
      };
      return (await answered(text(options))).trim();
    },
    secret: async (message, judge) => (await answered(password({ ...streams, message, validate: judged(judge) }))).trim(),
    choose: async (message, options) => (await answered(select<string>({ ...streams, message, options }))) as never,
    yes: (message, initialValue) => answered(confirm({ ...streams, message, initialValue })),
    during: async (what, work) => {
      const turning = spinner(streams);
      turning.start(what);
      try {
        return await work();
      } finally {
        turning.clear();
      }
    },
    say: (kind, message) => ({ ok: log.success, warn: log.warn, fail: log.error })[kind](message, streams),
    end: (message) => outro(message, streams),
  };
}
