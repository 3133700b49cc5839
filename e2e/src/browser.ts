import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { AxeResults } from 'axe-core';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

const PATH = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** Why tests in a browser are skipped; undefined where they run. */
export const NO_BROWSER = existsSync(PATH)
  ? undefined
  : `there is no Chromium at ${PATH}: install Debian's package chromium, or set CHROMIUM to its path`;

/** Debian's Chromium, talking to nobody but the server under test. */
export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: PATH,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface View {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
}

/** 320 is the narrowest that WCAG 2.2 (1.4.10 Reflow) asks for. */
export const VIEWS: readonly View[] = [
  { name: 'light', width: 1_280, height: 800, colorScheme: 'light' },
  { name: 'dark', width: 1_280, height: 800, colorScheme: 'dark' },
  { name: 'phone', width: 320, height: 640, colorScheme: 'light' },
  { name: 'phone-dark', width: 320, height: 640, colorScheme: 'dark' },
];

export interface Visit extends AsyncDisposable {
  readonly page: Page;
  /** What the browser complained of: console errors, failed requests, exceptions. */
  readonly complaints: readonly string[];
  /** Every URL that was asked for. */
  readonly requested: readonly string[];
}

/** Opens a page in a view, with a profile of its own. */
export async function visit(browser: Browser, url: string, view: View): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: view.width, height: view.height },
    colorScheme: view.colorScheme,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requested: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => complaints.push(`${request.url()} failed`));
  page.on('request', (request) => requested.push(request.url()));
  await page.goto(url, { waitUntil: 'load' });
  return { page, complaints, requested, [Symbol.asyncDispose]: async () => await context.close() };
}

/** What axe-core finds, one line each: the rule, how bad it is, and where. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Evaluated, not added as an element: the pages' content security policy refuses any script.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.map(
    ({ id, impact, nodes }) => `${impact ?? ''} ${id}: ${nodes.map(({ html }) => html).join(' ')}`,
  );
}

/** The elements that Tab goes through, in order, and whether each shows that it has the focus. */
export async function tabThrough(page: Page, presses: number): Promise<{ name: string; shown: boolean }[]> {
  const passed: { name: string; shown: boolean }[] = [];
  for (let press = 0; press < presses; press++) {
    await page.keyboard.press('Tab');
    passed.push(
      await page.evaluate(() => {
        const element = document.activeElement ?? document.body;
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        const name = element instanceof HTMLInputElement ? element.id : (element.textContent ?? '');
        return { name: name.trim(), shown: outlineStyle !== 'none' && outlineWidth !== '0px' };
      }),
    );
  }
  return passed;
}
