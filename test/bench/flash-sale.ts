/** Whether a flash sale is kept up with on Shopify's smallest budget: simulated time, so the figures are the same on every machine. */
import { playFlashSale } from './flash-sale-run.ts';
import { median, percentile, type Benchmark } from './report.ts';

const ORDERS = 3_000;
const MINUTES = 10;
const RESTORE_RATE = 100;
/** Longer than this after the last order was due, and the sale was not kept up with. */
const LATE_MS = 60_000;

export async function flashSale(): Promise<Benchmark> {
  const { sent, lags, pointsPerOrder, queries, throttled, behindAtEnd } = await playFlashSale({
    orders: ORDERS,
    minutes: MINUTES,
    upsells: 0.1,
    restoreRate: RESTORE_RATE,
  });
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const keptUp = sent === ORDERS && behindAtEnd <= LATE_MS;
  return {
    title: `flash-sale: ${ORDERS.toLocaleString('en')} orders in ${MINUTES} minutes at ${RESTORE_RATE} points/s, upsell delay of 10 minutes, every tenth order edited`,
    rows: [
      { what: 'Placed Orders written', value: sent.toLocaleString('en'), target: ORDERS.toLocaleString('en'), reached: sent === ORDERS },
      { what: 'points an order', value: pointsPerOrder.toFixed(1), target: `<= ${20}`, reached: pointsPerOrder <= 20 },
      { what: 'queries', value: queries.toLocaleString('en') },
      { what: 'throttled by Shopify', value: String(throttled) },
      { what: 'after it was due: p50', value: seconds(median(lags)) },
      { what: 'p99', value: seconds(percentile(lags, 0.99)) },
      { what: 'max', value: seconds(percentile(lags, 1)) },
      { what: 'last event after the last order was due', value: seconds(behindAtEnd), target: `<= ${seconds(LATE_MS)}`, reached: keptUp },
    ],
  };
}
