import path from 'node:path';

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { accessibilityFaults, NO_BROWSER, openBrowser, tabThrough, VIEWS, visit } from './browser.ts';
import { until } from './client.ts';
import { laurel } from './command-line.ts';
import type { Command } from './command-line.ts';
import { temporaryFolder } from './server-process.ts';

const PAGES = ['credential', 'console'] as const;
/** A folder for pictures of what was seen, for people. */
const PICTURES = process.env['E2E_PICTURES'];

describe('the pages of the demo', () => {
  const folder = temporaryFolder();
  let demo: Command | undefined;
  let browser: Browser | undefined;
  const urls = new Map<string, string>();

  beforeAll(async () => {
    if (NO_BROWSER !== undefined) {
      // Said here, because the report of a whole run only counts what was skipped.
      process.stderr.write(`The tests in a browser are skipped: ${NO_BROWSER}\n`);
      return;
    }
    browser = await openBrowser();
    const command = laurel(['demo'], { LAUREL_DATA_DIR: folder.path, PORT: '0' });
    demo = command;
    await until(async () => (command.printed().includes('Serving until') ? true : undefined), 90_000);
    for (const page of PAGES) {
      urls.set(page, new RegExp(`^ *${page} +(http\\S+)$`, 'm').exec(command.printed())?.[1] ?? '');
    }
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    demo?.kill('SIGINT');
    await demo?.done;
    folder[Symbol.dispose]();
  });

  const cases = PAGES.flatMap((page) => VIEWS.map((view) => ({ page, view, name: `${page}, ${view.name}` })));
  it.for(cases)('$name', async ({ page: name, view }, { skip }) => {
    if (NO_BROWSER !== undefined) return skip(NO_BROWSER);
    if (browser === undefined) throw new Error('the browser did not start');
    const url = urls.get(name) ?? '';
    await using visited = await visit(browser, url, view);
    const { page, complaints, requested } = visited;
    if (PICTURES !== undefined) {
      await page.screenshot({ path: path.join(PICTURES, `${name}-${view.name}.png`), fullPage: true });
    }

    const heading = page.getByRole('heading', { level: 1 });
    expect(await heading.count()).toBe(1);
    const box = await heading.boundingBox();
    expect(box?.y).toBeLessThan(view.height);
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(tooWide).toBeLessThanOrEqual(0);

    expect(await accessibilityFaults(page)).toEqual([]);

    const reachable = await page.evaluate(() =>
      [...document.querySelectorAll('a, button, input')].map((element) =>
        (element instanceof HTMLInputElement ? element.id : (element.textContent ?? '')).trim(),
      ),
    );
    expect(reachable.length).toBeGreaterThan(2);
    expect(await tabThrough(page, reachable.length)).toEqual(
      reachable.map((element) => ({ name: element, shown: true })),
    );

    expect(complaints).toEqual([]);
    expect(new Set(requested.map((request) => new URL(request).origin))).toEqual(
      new Set([new URL(url).origin]),
    );
  });
});
