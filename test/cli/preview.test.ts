import { describe, expect, it } from 'vitest';
import type { Preview } from '../../src/app.ts';
import { previewOrder } from '../../src/cli/preview.ts';
import { derivation, NOW, screen, status } from './double.ts';

const placed = {
  event_name: 'Placed Order',
  event_id: '5001',
  timestamp: '2026-11-20T12:00:00Z',
  properties: { id: '5001', total_price: 12.5 },
  profile_properties: { $email: 'a@example.com' },
  aliases: ['urn:email:a@example.com'],
};

const destinations = [
  { name: 'converge', eventNames: null },
  { name: 'convead', eventNames: ['Placed Order'] },
];

function preview(more: Partial<Preview> = {}): Preview {
  return {
    store: 'main',
    order: { id: '5001', name: '#1001' },
    derivation: derivation({ events: [placed] }),
    destinations,
    previous: null,
    ...more,
  };
}

function app(found: Preview | null) {
  return { preview: async () => found, status: async () => status() };
}

async function shown(found: Preview): Promise<string> {
  const on = screen();
  expect(await previewOrder(app(found), '#1001', {}, on)).toBe(0);
  return on.text();
}

describe('preview', () => {
  it('prints the decision, why, and the exact JSON', async () => {
    expect(await shown(preview())).toBe(`Order #1001 (5001) of main
  decision    sent
  total       12.50 EUR
  channel     web
  historical  no

Why
  not excluded: no rule applies

Would be sent: 1 event
to converge and convead
${JSON.stringify(placed, null, 2)}`);
  });

  it('names the destinations of each event', async () => {
    const refund = { ...placed, event_name: 'Received Refund', event_id: 'refund-9' };
    const text = await shown(preview({ derivation: derivation({ events: [placed, refund] }) }));
    expect(text.match(/^to .*$/gm)).toEqual(['to converge and convead', 'to converge']);
  });

  it('prints what waits, what was left out, what was written before and what needs a look', async () => {
    const text = await shown(
      preview({
        derivation: derivation({
          decision: 'excluded',
          reason: 'tag:exclude',
          refunds: [{ id: '9', state: 'pending', reason: 'money has not moved', amount: '3.00' }],
          dueAgainAt: NOW,
          dueAgainReason: 'pending_refund',
          historical: true,
          channelMapped: false,
          warnings: [{ code: 'IDENTITY_DIFFERENCE', detail: { difference: '0.01', total: '12.50' } }],
        }),
        previous: { decision: 'sent', reason: null, refunds: [], sentTotal: '10.00', sentLines: null, subscription: null },
      }),
    );
    expect(text).toContain('decision    excluded (tag:exclude)');
    expect(text).toContain('channel     web (not mapped: see salesChannels)');
    expect(text).toContain('historical  yes');
    expect(text).toContain('refund      9  3.00 EUR  pending: money has not moved');
    expect(text).toContain('read again  2026-11-20 13:00:00 UTC+01:00 (pending_refund)');
    expect(text).toContain('before      sent, Placed Order written with 10.00 EUR');
    expect(text).toContain('warning     identity difference: difference 0.01, total 12.50');
    expect(text).toContain('Nothing would be sent. What was written before: events list --order 5001');
  });

  it('prints JSON', async () => {
    const on = screen({ json: true });
    await previewOrder(app(preview({ derivation: derivation({ events: [placed], dueAgainAt: NOW }) })), '#1001', {}, on);
    expect(on.data()).toMatchObject({
      store: 'main',
      order: { id: '5001', name: '#1001' },
      derivation: { decision: 'sent', events: [placed], dueAgainAt: '2026-11-20T12:00:00.000Z' },
      previous: null,
    });
  });

  it('names an order that Shopify does not return', async () => {
    await expect(previewOrder(app(null), '#9', {}, screen())).rejects.toMatchObject({
      code: 'CLI_ORDER_NOT_FOUND',
      message: expect.stringContaining('"#9"'),
    });
  });
});
