/** Files of bulk operations: rows joined wherever they stand, and fetched only from where Shopify keeps them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Agent } from 'undici';
import { downloadBulk } from '../../src/shopify/bulk-file.ts';
import { indexRows } from '../../src/shopify/bulk-rows.ts';
import { handClock } from '../clock.ts';

const gid = (id: string) => `gid://shopify/Order/${id}`;

interface Row {
  id: string;
  text: string;
  parent?: string;
}

/** Keys in Shopify's order, or `__parentId` first, as no document forbids. */
const line = ({ id, text, parent }: Row, parentFirst: boolean) =>
  parent === undefined
    ? JSON.stringify({ id: gid(id), name: text })
    : JSON.stringify(parentFirst ? { __parentId: gid(parent), id, text } : { id, text, __parentId: gid(parent) });

const texts = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('"__parentId":"gid://shopify/Order/1"}', '\\"', '…"}'));

describe('indexRows', () => {
  it('joins every child to its order in whatever order they come, whatever their texts hold', () => {
    const orders = fc.uniqueArray(
      fc.record({ id: fc.bigInt(1n, 2n ** 63n).map(String), children: fc.array(texts, { maxLength: 5 }), text: texts }),
      {
        selector: ({ id }) => id,
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(orders, fc.boolean(), fc.func(fc.nat()), (made, parentFirst, rank) => {
        const roots = made.map(({ id, text }): Row => ({ id, text }));
        const children = made.flatMap(({ id, children: own }) => own.map((text, n): Row => ({ id: `line-${n}`, text, parent: id })));
        // Parents before all children: the widest apart that Shopify allows.
        const rows = [...roots, ...children.sort((a, b) => rank(a.text) - rank(b.text))];
        const file = Buffer.from(rows.map((row) => `${line(row, parentFirst)}\n`).join(''));
        const index = indexRows(file);
        expect([index.rows, index.roots, index.orphans]).toEqual([rows.length, roots.length, 0]);
        expect(index.orders.map(({ id }) => id)).toEqual(roots.map(({ id }) => id));
        for (const { id, children: places } of index.orders) {
          const found = [];
          for (let at = 0; at < places.length; at += 2)
            found.push((JSON.parse(file.toString('utf8', places[at], places[at + 1])) as { text: string }).text);
          expect(found).toEqual(children.filter(({ parent }) => parent === id).map(({ text }) => text));
        }
      }),
    );
  });

  it('counts repeated orders and children without one, and refuses half a row', () => {
    const rows = [
      { id: '1', text: '' },
      { id: '1', text: '' },
      { id: 'a', text: '', parent: '2' },
    ];
    const text = rows.map((row) => `${line(row, false)}\n`).join('');
    expect(indexRows(Buffer.from(text))).toMatchObject({ rows: 3, roots: 2, orphans: 1, orders: [{ id: '1' }] });
    expect(() => indexRows(Buffer.from(text.slice(0, -5)))).toThrow('middle of a row');
    expect(() => indexRows(Buffer.from('{"name":"no id"}\n'))).toThrow('no id');
    expect(indexRows(Buffer.alloc(0))).toMatchObject({ rows: 0, orders: [] });
  });
});

describe('downloadBulk', () => {
  it.each([
    'http://storage.googleapis.com/x',
    'https://storage.googleapis.com.evil.example/x',
    'https://evilshopify.com/x',
    'https://127.0.0.1/x',
    'http://127.0.0.1:4011/x',
    'file:///etc/passwd',
    'no address',
  ])('refuses %s', async (address) => {
    const dispatcher = new Agent();
    const options = { origin: 'http://127.0.0.1:4010', dispatcher, clock: handClock(), random: () => 0.5 };
    await expect(downloadBulk(options, address, 1, new AbortController().signal)).rejects.toThrow(/not its own/);
    await dispatcher.close();
  });
});
