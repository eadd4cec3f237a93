/**
 * The dashboard in a real browser: headless Chromium, Debian's package `chromium` (as root: `.ci/install-chromium`), at /usr/bin/chromium or where CHROMIUM points.
 * Without it these tests are skipped, and say so. DASHBOARD_SHOTS names a folder for screenshots to look at.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { livedIn } from './lived-in.ts';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const shots = process.env['DASHBOARD_SHOTS'];
const missing = !existsSync(executablePath);
if (missing)
  console.warn(`SKIPPED: the dashboard is not tested in a browser, there is no ${executablePath}. Run .ci/install-chromium as root.`);

describe.skipIf(missing)('in Chromium', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'chromium-'));
  let browser: BrowserContext;
  beforeAll(async () => {
    browser = await chromium.launchPersistentContext(folder, {
      executablePath,
      headless: true,
      timeout: 60_000,
      args: [
        ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
        ...['--disable-component-update', '--disable-sync'],
      ],
    });
    browser.setDefaultTimeout(30_000);
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  test('logs in, looks around, puts a dead letter back, and sees it go by itself', async () => {
    const { origin, store } = await livedIn(systemClock, { password: 'correct horse' });
    const page = await browser.newPage();
    const trouble: string[] = [];
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('console', (message) => message.text().includes('Content Security Policy') && trouble.push(message.text()));
    await page.goto(`${origin}/`);
    await page.getByLabel('Password').fill('correct horse');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Traffic' }).waitFor();
    expect(await page.locator('svg.plot[role=img]').count()).toBe(4);

    const nav = page.getByRole('navigation', { name: 'Main' });
    await page.locator('html[data-live=on]').waitFor();
    expect(await nav.getByRole('link', { name: 'Dead letters' }).textContent()).toContain('2');
    const [letter] = await store.listDeadLetters({ limit: 1 });
    await store.discardDeadLetters({ ids: [letter!.id] }, 'somebody else did it', systemClock.now());
    // Nobody loads the page: the server tells it.
    await nav.getByRole('link', { name: /Dead letters 1/ }).waitFor();

    await nav.getByRole('link', { name: 'Dead letters' }).click();
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByText('Put back').waitFor();
    expect(await store.listDeadLetters({ limit: 9 })).toEqual([]);
    await page.getByRole('searchbox').fill('#1022');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Order #1022' }).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Password').waitFor();
    expect(trouble).toEqual([]);
    await page.close();
  });

  test('fits a phone, in the dark and in the light, can be used by keyboard, and its text can be read', async () => {
    const { origin } = await livedIn(systemClock);
    const page = await browser.newPage();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const [name, path] of [
        ['overview', '/'],
        ['event', '/search?q=6001000000021'],
        ['dead', '/dead-letters'],
      ] as const) {
        await page.setViewportSize({ width: 360, height: 740 });
        await page.goto(`${origin}${path}`);
        expect([name, await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')]).toEqual([name, true]);
        if (shots) await page.screenshot({ path: join(shots, `${name}-${colorScheme}-phone.png`), fullPage: true });
        expect([name, colorScheme, await page.evaluate<string[]>(FAINT)]).toEqual([name, colorScheme, []]);
        if (shots) {
          await page.setViewportSize({ width: 1280, height: 900 });
          await page.screenshot({ path: join(shots, `${name}-${colorScheme}.png`), fullPage: true });
        }
      }
    }
    await page.goto(`${origin}/`);
    await page.keyboard.press('Tab');
    expect(await page.evaluate<string>('document.activeElement.textContent')).toBe('Skip to content');
    expect(
      await page.evaluate<boolean>(
        `[...document.querySelectorAll('input:not([type=hidden]), select')].every((field) => field.labels.length > 0)`,
      ),
    ).toBe(true);
    await page.close();
  });
});

/** Texts with less contrast to their background than WCAG's AA asks of small text (4.5). Runs in the page. */
const FAINT = `(() => {
  const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
  const rgb = (colour) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return context.getImageData(0, 0, 1, 1).data;
  };
  const luminance = (colour) => {
    const [r, g, b] = [...rgb(colour)].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (rgb(colour)[3] === 255) return colour;
    }
    return 'white';
  };
  const faint = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest('svg, script')) continue;
    const [a, b] = [luminance(getComputedStyle(element).color), luminance(behind(element))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) faint.add(walker.currentNode.data.trim().slice(0, 40));
  }
  return [...faint];
})()`;
