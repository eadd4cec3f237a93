/** An alert as a message: `text` for a chat (Slack and what speaks like it), `alert` for programs. Pure. */
import type { Alert } from '../store/types.ts';

/** `alert.id` is the same for the beginning and the end of an alert, and for a repeat of either. No personal data, no secret. */
export function messageOf(alert: Alert): string {
  const { store, kind, subject, summary, details, openedAt, overAt } = alert;
  return JSON.stringify({
    text: plain(overAt === null ? `[${store}] ${summary}` : overText(alert, overAt)),
    alert: {
      id: [store, kind, subject, openedAt].join('/'),
      state: overAt === null ? 'open' : 'over',
      store,
      kind,
      subject: subject || null,
      openedAt: iso(openedAt),
      overAt: iso(overAt),
      details,
    },
  });
}

function overText({ store, kind, subject, summary, openedAt }: Alert, overAt: number): string {
  const what = [kind.replaceAll('_', ' '), subject].filter((part) => part !== '').join(' ');
  return `[${store}] Over after ${Math.max(1, Math.round((overAt - openedAt) / 60_000))} min: ${what}. It was: ${summary}`;
}

/** Reasons quote answers from outside: in a chat neither a mention nor a link may come of them. */
function plain(text: string): string {
  return text.replace(/[<>\p{Cc}]/gu, ' ');
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
