// Pictures of the running playground for docs/playground/: `npm run playground:screenshots`.
// Every station wide and light, narrow and dark, and one of them all four ways; others by a part of their names:
//   npm run playground:screenshots -- write-phone-light
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildPlayground, FOLDER } from '../../examples/playground/build.mjs';
import { addressOf, ISOLATION, serveFolder } from '../../examples/playground/serve.mjs';
import { launchChromium } from './browser.mjs';
import { ready } from './page.mjs';

const out = fileURLToPath(new URL('../../docs/playground/', import.meta.url));
const STATIONS = ['notice', 'ask', 'read', 'point', 'write'];
const SIZES = { desktop: { width: 1180, height: 900 }, phone: { width: 390, height: 844 } };

const only = process.argv.slice(2);
await mkdir(out, { recursive: true });
await buildPlayground(FOLDER);
const server = await serveFolder(FOLDER, { headers: ISOLATION });
const browser = await launchChromium();
try {
  for (const [size, viewport] of Object.entries(SIZES))
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      const context = await browser.newContext({ viewport, colorScheme, serviceWorkers: 'block' });
      const page = await context.newPage();
      for (const station of STATIONS) {
        const name = `${station}-${size}-${colorScheme}`;
        const usual = station === 'read' || (size === 'desktop') === (colorScheme === 'light');
        if (only.length > 0 ? !only.some((part) => name.includes(part)) : !usual) continue;
        await page.goto(`${addressOf(server)}#${station}`);
        await page.reload();
        await ready(page, station);
        await page.screenshot({ path: `${out}${name}.png`, fullPage: true });
        console.log(`docs/playground/${name}.png`);
      }
      await context.close();
    }
} finally {
  await browser.close();
  server.close();
}
