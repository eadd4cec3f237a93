/** A flash sale on Shopify's smallest budget, on simulated time: everything is read in time, and nothing twice. */
import { expect, test } from 'vitest';
import { playFlashSale } from '../bench/flash-sale-run.ts';
import { percentile } from '../bench/report.ts';

test('3,000 orders in ten minutes at 100 points a second, upsell delay on, are kept up with', { timeout: 300_000 }, async () => {
  const sale = await playFlashSale({ orders: 3_000, minutes: 10, upsells: 0.1, restoreRate: 100 });
  expect(sale.sent).toBe(3_000);
  expect(sale.lags).toHaveLength(3_000);
  // 5 orders a second leave 20 points for each.
  expect(sale.pointsPerOrder).toBeLessThan(20);
  // Never before its time, and soon after it.
  expect(Math.min(...sale.lags)).toBeGreaterThanOrEqual(0);
  expect(percentile(sale.lags, 0.99)).toBeLessThan(30_000);
  expect(sale.behindAtEnd).toBeLessThan(30_000);
});
