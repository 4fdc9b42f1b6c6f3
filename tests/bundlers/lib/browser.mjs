// Chromium without a window, one for a whole run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHROMIUM_FLAGS, chromiumPath } from '../../../scripts/chromium.mjs';

/** @returns null where there is no Chromium (CHROMIUM names one that is elsewhere) or nothing to drive it */
export async function openBrowser() {
  const executablePath = chromiumPath();
  const driver = await import('playwright-core').catch(() => null);
  if (!driver || !executablePath) return null;
  const profile = mkdtempSync(join(tmpdir(), 'fovea-chromium-'));
  const context = await driver.chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: CHROMIUM_FLAGS,
  });
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { context, version: context.browser()?.version() ?? 'Chromium', close };
}

/** Opens `url` and waits for what the page promises as `result`; what went wrong in it is in the error, workers that are left too. */
export async function resultOf(context, url) {
  const page = await context.newPage();
  const said = [];
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
  try {
    await page.goto(url);
    await page.waitForFunction(() => globalThis.result !== undefined, null, { timeout: 60_000 });
    const result = await page.evaluate(() => globalThis.result);
    // Everything has been disposed of by now, and the browser should know of it in a moment.
    for (let i = 0; i < 200 && page.workers().length > 0; i++) await page.waitForTimeout(50);
    if (page.workers().length > 0)
      throw new Error(`workers are left: ${page.workers().map((worker) => worker.url())}`);
    return result;
  } catch (error) {
    throw new Error([error.message, ...said].join('\n'));
  } finally {
    await page.close();
  }
}
