// What tests and screenshots wait for.

/**
 * Resolves when a station has been opened and has nothing left to do.
 * @param {import('playwright-core').Page} page
 * @param {string} station
 */
export async function ready(page, station) {
  const panel = page.locator(`#panel-${station}`);
  await panel.waitFor({ state: 'visible' });
  await page.waitForFunction(
    (id) => {
      const element = document.getElementById(`panel-${id}`);
      const stop = /** @type {HTMLButtonElement | null} */ (element?.querySelector('[data-slot="halt"]'));
      const build = document.querySelector('[data-slot="build"]')?.textContent;
      return element && !element.hasAttribute('aria-busy') && build !== '…' && (!stop || stop.disabled);
    },
    station,
    { timeout: 60_000 },
  );
}

/**
 * What sticks out of the page to the right.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<string[]>}
 */
export function overflow(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.querySelectorAll('body *')].filter(
      (element) => element.getBoundingClientRect().right > clientWidth + 0.5,
    );
    return [`${scrollWidth} > ${clientWidth}`, ...wide.map((element) => element.outerHTML.slice(0, 120))];
  });
}
