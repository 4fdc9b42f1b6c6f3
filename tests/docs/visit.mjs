// Opens pages of a folder in Chromium, one after another, and prints what each leaves in `globalThis.block`.
//   node tests/docs/visit.mjs FOLDER PAGE...
import { addressOf, ISOLATION, serveFolder } from '../../examples/playground/serve.mjs';
import { launchChromium } from '../playground/browser.mjs';

const [folder, ...names] = process.argv.slice(2);
const server = await serveFolder(folder, { headers: ISOLATION });
const browser = await launchChromium();
const outcomes = [];
try {
  for (const name of names) {
    const page = await browser.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(addressOf(server) + name);
    await page
      .waitForFunction(() => globalThis.block !== undefined, null, { timeout: 20_000 })
      .catch(() => undefined);
    const claims = await page
      .evaluate(() => globalThis.block)
      .catch((error) => {
        errors.push(String(error));
        return undefined;
      });
    if (claims === undefined && errors.length === 0) errors.push('the block did not run');
    outcomes.push({ name, claims: claims ?? [], ...(errors.length > 0 && { error: errors.join('\n') }) });
    await page.close();
  }
} finally {
  await browser.close();
  server.close();
}
process.stdout.write(JSON.stringify(outcomes));
