/** Shopify's search syntax over orders. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { idsOnly, parseSearch } from '../../src/sandbox/search-syntax.ts';
import { searchOrders, searchWarnings } from '../../src/sandbox/search.ts';

const START = Date.parse('2026-11-01T00:00:00Z');
const DAY_MS = 86_400_000;

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
  sandbox.shop.createOrder({ tags: ['Wholesale', 'VIP customer'], email: 'ada@example.com' }, { at: START });
  sandbox.shop.createOrder({ sourceName: 'pos', test: true }, { at: START + DAY_MS });
  sandbox.shop.createOrder({ customer: { email: 'eve@example.com' } }, { at: START + 2 * DAY_MS + 500 });
  sandbox.shop.cancel('#1002', {}, { at: START + 3 * DAY_MS });
});
afterEach(() => sandbox.close());

function names(query: string): string[] {
  const orders = new Map(sandbox.shop.orders().map((order) => [order.id, order]));
  return searchOrders(orders, query, START + 9 * DAY_MS, () => true).map(({ order }) => order.name);
}

describe('searchOrders', () => {
  it.each([
    ['', ['#1001', '#1002', '#1003']],
    ['name:#1002', ['#1002']],
    ['name:1003', ['#1003']],
    ["created_at:>='2026-11-02T00:00:00Z'", ['#1002', '#1003']],
    ["created_at:>'2026-11-02T00:00:00Z'", ['#1003']],
    ["created_at:>='2026-11-01T00:00:00Z' created_at:<'2026-11-03T00:00:00Z'", ['#1001', '#1002']],
    ['created_at:<=2026-11-02', ['#1001', '#1002']],
    ["created_at:>='2026-11-02T01:00:00+02:00'", ['#1002', '#1003']],
    // To the second: what happened within it is found.
    ["created_at:<='2026-11-03T00:00:00Z'", ['#1001', '#1002', '#1003']],
    ["updated_at:>='2026-11-04T00:00:00Z'", ['#1002']],
    ["updated_at:>='2026-11-04T00:00:00Z' OR tag:wholesale", ['#1001', '#1002']],
    ["tag:'VIP customer'", ['#1001']],
    ['tag:"VIP customer"', ['#1001']],
    ['tag_not:wholesale', ['#1002', '#1003']],
    ['-tag:wholesale', ['#1002', '#1003']],
    ['NOT tag:wholesale AND test:false', ['#1003']],
    ['email:ADA@example.com', ['#1001']],
    ['source_name:pos', ['#1002']],
    ['test:true', ['#1002']],
    ['status:cancelled', ['#1002']],
    ['status:any', ['#1001', '#1002', '#1003']],
    ['financial_status:paid', ['#1001', '#1003']],
    ['(name:1001 OR name:1002) created_at:>2026-11-01', ['#1002']],
    ['name:1001 OR name:1002 created_at:>2026-11-01', ['#1001', '#1002']],
    ['#1003', ['#1003']],
  ])('%s', (query, expected) => {
    expect(names(query)).toEqual(expected);
  });

  it('finds orders by id, any number of them', () => {
    const ids = sandbox.shop.orders().map((order) => order.id);
    expect(names(ids.map((id) => `id:${id}`).join(' OR '))).toEqual(['#1001', '#1002', '#1003']);
    expect(names(`id:${ids[1]} OR id:12345`)).toEqual(['#1002']);
    expect(names(`id:>${ids[1]}`)).toEqual(['#1003']);
    expect(names('id:12345')).toEqual([]);
  });

  it('ignores a field it does not know, as Shopify does, and says so', () => {
    expect(names('colour:red')).toEqual(['#1001', '#1002', '#1003']);
    expect(searchWarnings('colour:red created_at:>2026-11-01')).toEqual([
      { field: 'colour', message: 'Invalid search field for this query.' },
    ]);
  });
});

describe('parseSearch', () => {
  it('sees a plain list of ids as one', () => {
    expect(idsOnly(parseSearch('id:1 OR id:2 OR id:3'))).toEqual(['1', '2', '3']);
    expect(idsOnly(parseSearch('id:1'))).toEqual(['1']);
    expect(idsOnly(parseSearch('id:1 id:2'))).toBeNull();
    expect(idsOnly(parseSearch('id:1 OR name:2'))).toBeNull();
  });

  it('reads nonsense without falling over', () => {
    for (const query of ['(', ')', 'OR', 'AND AND', 'a:', "'", '-', '((a:b) OR', 'x:"y']) expect(() => parseSearch(query)).not.toThrow();
  });
});
