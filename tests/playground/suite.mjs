// The playground as people use it, in the machine's Chromium: with mouse, with keys alone, without a network.
// Run by `npm run test:playground`; playground.test.ts runs it with the rest.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createEngine, fromPretrained } from '../../dist/node.js';
import { buildPlayground } from '../../examples/playground/build.mjs';
import { addressOf, ISOLATION, serveFolder } from '../../examples/playground/serve.mjs';
import { axeSource, launchChromium } from './browser.mjs';
import { overflow, ready } from './page.mjs';

const STATIONS = ['notice', 'ask', 'read', 'point', 'write'];
let folder = '';
/** @type {import('node:http').Server} */
let server;
/** @type {import('playwright-core').Browser} */
let browser;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-playground-'));
  await buildPlayground(join(folder, 'sub'));
  server = await serveFolder(join(folder, 'sub'), { headers: ISOLATION });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

/**
 * Opens a station, and fails afterwards if the page complained, or asked for anything from elsewhere.
 * @param {string} station
 * @param {(page: import('playwright-core').Page) => Promise<void>} body
 * @param {import('playwright-core').BrowserContextOptions & { address?: string }} [options]
 */
async function visit(station, body, { address = addressOf(server), ...options } = {}) {
  const context = await browser.newContext({ serviceWorkers: 'block', ...options });
  try {
    const page = await context.newPage();
    /** @type {string[]} */
    const complaints = [];
    page.on('console', (message) => {
      // Kept out for speed; the last test has one.
      if (message.text().startsWith('Service Worker registration blocked')) return;
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url()))
        complaints.push(`asked for ${request.url()}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(`${address}#${station}`);
    await ready(page, station);
    await body(page);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

/** The sentence under the tokens of a station. */
const sentence = (page, station) => page.locator(`#panel-${station} .sentence`);
const mapOf = (page, station) =>
  page.locator(`#panel-${station} .heatmap canvas`).evaluate((canvas) => canvas.toDataURL());

describe('every station', () => {
  for (const station of STATIONS)
    for (const colorScheme of /** @type {const} */ (['light', 'dark']))
      for (const width of [360, 1180])
        test(`${station}, ${colorScheme}, ${width} px: accessible, and no wider than the page`, () =>
          visit(
            station,
            async (page) => {
              assert.deepEqual(await overflow(page), []);
              await page.evaluate(await axeSource());
              // Also what opens: tables are part of the page.
              for (const summary of await page.locator(`#panel-${station} summary`).all())
                await summary.click();
              const { violations } = await page.evaluate(() => globalThis.axe.run(document));
              const told = violations.map(
                ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('  ')}`,
              );
              assert.deepEqual(told, []);
              assert.deepEqual(await overflow(page), []);
            },
            { colorScheme, viewport: { width, height: 800 } },
          ));
});

describe('read', () => {
  test('typing gives tokens, an answer and its maps; layers and heads change them', () =>
    visit('read', async (page) => {
      const answer = page.locator('[data-slot="answer"]');
      assert.equal(await answer.textContent(), '2019-05-03');
      assert.match(await sentence(page, 'read').textContent(), /^To write “5”, it looks most at “y” 58\s%/);
      await page.getByLabel('A date, in English').fill('the 3rd of Mar, 2019');
      assert.equal(await answer.textContent(), '2019-03-03');
      assert.match(await sentence(page, 'read').textContent(), /^To write “3”, it looks most at “r”/);
      assert.equal(await page.locator('#panel-read ol.tokens').textContent(), 'the␣3rd␣of␣mar,␣2019');

      const maps = new Set([await mapOf(page, 'read')]);
      for (const head of [1, 2, 3, 4]) {
        await page.getByLabel(`layer 1, head ${head}`).check({ force: true });
        maps.add(await mapOf(page, 'read'));
      }
      assert.equal(maps.size, 5, 'the mean and four heads are five pictures');
      await page.getByLabel('What looks at what').selectOption('encoder');
      await page.getByLabel('layer 2, head 3').check({ force: true });
      assert.match(await sentence(page, 'read').textContent(), /^While it reads/);
      await page.getByLabel('What looks at what').selectOption('decoder');
      assert.match(await sentence(page, 'read').textContent(), /it looks back/);
    }));

  test('arcs go from the chosen token to what it looks at, and from all if asked', () =>
    visit('read', async (page) => {
      const main = await page.locator('#panel-read .arcs .main').count();
      assert.ok(main >= 2 && main < 20, `${main} arcs`);
      assert.equal(await page.locator('#panel-read .arcs .rest').count(), 0);
      await page.getByLabel('arcs of all tokens').check();
      assert.ok((await page.locator('#panel-read .arcs .rest').count()) > 20);
      const off = await page.evaluate(() => {
        const arc = /** @type {SVGPathElement} */ (document.querySelector('#panel-read .arcs .main'));
        const from = arc.getPointAtLength(0).matrixTransform(arc.getScreenCTM());
        const token = document
          .querySelector('#panel-read .choice input:checked + .token')
          .getBoundingClientRect();
        return Math.hypot(from.x - token.x - token.width / 2, from.y - token.y);
      });
      assert.ok(off < 1, `arcs begin ${off} px from the chosen token`);
    }));

  test('a press on the map chooses its row, and the table says the same', () =>
    visit('read', async (page) => {
      const canvas = page.locator('#panel-read .heatmap canvas');
      await canvas.click({ position: { x: 80, y: 40 } });
      assert.match(await sentence(page, 'read').textContent(), /^To write “2”/);
      await canvas.hover({ position: { x: 80, y: 40 } });
      assert.match(await page.locator('#panel-read .under').textContent(), /^“2” → “.*” .*%$/);
      await page.locator('#panel-read summary').click();
      await page.locator('#panel-read tbody tr').first().waitFor(); // the table is made when it has opened
      assert.equal(await page.locator('#panel-read tbody tr').count(), 11);
      const row = await page.locator('#panel-read tbody tr').first().locator('td').allTextContents();
      const sum = row.reduce((s, cell) => s + Number(cell), 0);
      assert.ok(Math.abs(sum - 100) < 1, `a row adds up to ${sum}`);
    }));

  test('nothing typed, and a text that is no date, are told kindly', () =>
    visit('read', async (page) => {
      const trouble = page.locator('#panel-read [data-slot="trouble"]');
      await page.getByLabel('A date, in English').fill('');
      assert.match(await trouble.textContent(), /Type a date/);
      await page.getByLabel('A date, in English').fill('#');
      assert.equal(await trouble.isVisible(), false);
      assert.match(await page.locator('[data-slot="sure"]').textContent(), /sure/);
    }));

  test('played, it goes through all characters and ends by itself', () =>
    visit('read', async (page) => {
      await page.locator('#panel-read [data-slot="play"]').click();
      await page.waitForFunction(() =>
        document.querySelector('#panel-read .sentence')?.textContent?.startsWith('To end'),
      );
      await page.waitForFunction(
        () => document.querySelector('#panel-read [data-slot="play"]')?.textContent === 'Play it',
      );
    }));
});

describe('write', () => {
  test('streams, and gives the text that Node gives for the same seed', () =>
    visit('write', async (page) => {
      const engine = await createEngine();
      const { generate } = await fromPretrained(engine, 'models/shakespeare');
      const wanted = await generate('ROMEO:\nWhat light', {
        maxNewTokens: 111,
        temperature: 0.6,
        seed: 3,
      }).result();
      engine.dispose();
      const text = await page.locator('#panel-write .written').textContent();
      assert.equal(text.length, 240);
      assert.equal(text.slice(0, 111), wanted.text);
      // Heard by lines, all of it.
      const heard = await page.locator('#panel-write [aria-live] p').allTextContents();
      assert.equal(
        heard.join(''),
        text
          .split(/(?<=\n)/)
          .filter((line) => line.trim() !== '')
          .join(''),
      );
    }));

  test('heads do what the page says of them', () =>
    visit('write', async (page) => {
      const last = () => sentence(page, 'write').textContent();
      assert.match(await last(), /^From “.*” it looks back most at “line break” \d\d\s%/);
      await page.getByLabel('layer 1, head 2').check({ force: true });
      const tokens = await page.locator('#panel-write .choice .token').allTextContents();
      for (const from of [100, 113]) {
        const at = tokens.findIndex((token, i) => i >= from && /[a-z]/.test(token));
        await page.locator('#panel-write .choice .token').nth(at).click();
        const [, most] = /most at “(.*?)” 9\d\s%/.exec(await last()) ?? [];
        assert.equal(most === 'space' ? ' ' : most, tokens[at - 1]);
      }
    }));

  test('can be stopped, by button and by key, and goes on being usable', () =>
    visit('write', async (page) => {
      await page.getByLabel('Characters').fill('800');
      const [go, halt] = [
        page.getByRole('button', { name: 'Write', exact: true }),
        page.getByRole('button', { name: 'Stop' }),
      ];
      const length = () => page.locator('#panel-write .written').evaluate((e) => e.textContent.length);
      await go.click();
      await page.waitForFunction(
        () => document.querySelector('#panel-write .written').textContent.length > 20,
      );
      const early = await length();
      await page.waitForFunction(
        (n) => document.querySelector('#panel-write .written').textContent.length > n,
        early,
      );
      await halt.click();
      await ready(page, 'write');
      const stopped = await length();
      assert.ok(stopped < 800, `${stopped} characters`);
      assert.match(await page.locator('[data-slot="speed"]').textContent(), /stopped$/);
      assert.equal(await go.isEnabled(), true);
      assert.equal(
        await page.evaluate(() => document.activeElement?.textContent),
        'Write',
        'the focus is kept',
      );
      await go.press('Enter');
      await page.waitForFunction(
        () => document.querySelector('#panel-write .written').textContent.length > 20,
      );
      await page.keyboard.press('Escape');
      await ready(page, 'write');
      assert.ok((await length()) < 800);
      assert.equal(await page.locator('#panel-write .heads input').count(), 20);
    }));

  test('what it has never seen is refused by name; each character shows what was expected after it', () =>
    visit('write', async (page) => {
      await page.getByLabel('Beginning').fill('To be');
      assert.equal(await page.locator('#panel-write .choice').textContent(), 'Tokens of the textTo be');
      assert.match(
        await page.locator('[data-slot="facts"] [data-slot="what"]').textContent(),
        /^5 characters read/,
      );
      await page.getByRole('button', { name: 'Write', exact: true }).click();
      await ready(page, 'write');
      await page.getByLabel('Beginning').fill('10 €');
      await page.getByRole('button', { name: 'Write', exact: true }).click();
      assert.match(
        await page.locator('#panel-write [data-slot="trouble"]').textContent(),
        /never seen .*“1” .*“€”/,
      );
      const shares = async () => page.locator('#panel-write .bars .value').allTextContents();
      const before = await shares();
      await page.locator('#panel-write .choice .token').filter({ hasText: 'e' }).first().click();
      assert.notDeepEqual(await shares(), before);
    }));
});

describe('point, ask, notice', () => {
  test('numbers are sorted, others refused, and what was pointed at is struck out', () =>
    visit('point', async (page) => {
      await page.getByLabel('Whole numbers').fill('31, 4 fish 15 920');
      const tokens = () => page.locator('#panel-point .choice .token').allTextContents();
      assert.deepEqual(await tokens(), ['4', '15', '31']);
      assert.match(
        await page.locator('#panel-point [data-slot="trouble"]').textContent(),
        /left out: fish 920/,
      );
      assert.equal(await page.locator('[data-slot="verdict"]').textContent(), 'in order');
      await page.locator('#panel-point .choice .token').last().click();
      assert.deepEqual(await page.locator('#panel-point .struck').allTextContents(), ['4', '15']);
      await page.getByLabel('How many').fill('7');
      await page.getByRole('button', { name: 'Shuffle' }).click();
      assert.equal((await tokens()).length, 7);
    }));

  test('the query can be dragged and pushed by keys; sharp enough, one input takes all', () =>
    visit('ask', async (page) => {
      const says = page.locator('#panel-ask [data-slot="says"]');
      const { x, y, width, height } = await page.locator('.plane').boundingBox();
      await page.mouse.move(x + 0.5 * width, y + 0.5 * height);
      await page.mouse.down();
      await page.mouse.move(x + 0.3 * width, y + 0.85 * height, { steps: 3 });
      await page.mouse.up();
      assert.match(await says.textContent(), /^D gets most/);
      await page.getByLabel('sharpness').focus();
      for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowRight');
      assert.match(await says.textContent(), /^D gets most, (99|100)\s%/);
      await page.getByLabel('hard attention').check();
      assert.match(await says.textContent(), /^Only D is read: \(-0.45, -0.80\)/);
    }));

  test('an odd colour stands out by itself; odd in both at once is found by the query only', () =>
    visit('notice', async (page) => {
      const [drawn, sent] = ['drawn-says', 'sent-says'].map((name) => page.locator(`[data-slot="${name}"]`));
      assert.match(await drawn.textContent(), /orange rising one and the blue falling one: \d\d\s% together/);
      assert.match(await sent.textContent(), /It sees the blue falling one: \d\d\s%/);
      await page.getByRole('button', { name: 'Odd colour' }).click();
      assert.match(await drawn.textContent(), /It sees the orange rising one: 9\d\s%/);
      await page.getByRole('button', { name: 'Odd in both' }).click();
      assert.match(await drawn.textContent(), /^Nothing stands out/);
      assert.match(await sent.textContent(), /It sees the orange falling one: \d\d\s%/);
      await page.getByLabel('orange', { exact: true }).uncheck();
      await page.getByLabel('falling', { exact: true }).uncheck();
      assert.match(await sent.textContent(), /^Nothing is looked for/);
      // One tab stop for the whole field, arrow keys within it, and space changes an item.
      const first = page.locator('.editable button').first();
      await page.getByRole('button', { name: 'Nothing odd' }).click();
      await first.focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Space');
      assert.match(await drawn.textContent(), /It sees the blue falling one/);
      await page.locator('#panel-notice').getByRole('textbox', { name: 'Text' }).fill('aaaa7aaaa');
      assert.match(
        await page.locator('[data-slot="text-says"]').textContent(),
        /^Drawn to “7”; sent to nothing/,
      );
      await page.locator('#panel-notice [data-slot="kind"]').selectOption('2');
      assert.match(await page.locator('[data-slot="text-says"]').textContent(), /sent to “7”/);
    }));
});

describe('the page', () => {
  test('works with keys alone', () =>
    visit('notice', async (page) => {
      const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
      await page.keyboard.press('Tab');
      assert.equal(await focused(), 'Skip to the playground');
      await page.keyboard.press('Tab');
      assert.equal(await focused(), 'Dark');
      await page.keyboard.press('Tab');
      assert.equal(await focused(), '1 Notice');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await ready(page, 'read');
      assert.equal(await focused(), '3 Read');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement?.dataset.slot), 'text');
      await page.keyboard.press('Control+A');
      await page.keyboard.type('24 Dec 2001');
      assert.equal(await page.locator('[data-slot="answer"]').textContent(), '2001-12-24');
      // On to the characters of the answer: one stop, and the arrow keys choose.
      for (let i = 0; i < 12 && !(await page.evaluate(() => document.activeElement?.closest('.choice'))); i++)
        await page.keyboard.press('Tab');
      const before = await sentence(page, 'read').textContent();
      const ring = await page.evaluate(
        () => getComputedStyle(document.activeElement.nextElementSibling).outlineStyle,
      );
      assert.equal(ring, 'solid', 'the focus is seen');
      await page.keyboard.press('ArrowRight');
      assert.notEqual(await sentence(page, 'read').textContent(), before);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('ArrowRight');
      assert.match(
        await page.locator('#panel-read .heatmap canvas').getAttribute('aria-label'),
        /^Heat map, layer 1, head 1: 11 rows, 11 columns\. To write/,
      );
    }));

  test('is light or dark as the system says, then as the button says, also the next time', () =>
    visit(
      'read',
      async (page) => {
        const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
        const button = page.getByRole('button', { name: 'Dark' });
        const [dark, map] = [await paper(), await mapOf(page, 'read')];
        assert.equal(await button.getAttribute('aria-pressed'), 'true');
        await button.click();
        assert.notEqual(await paper(), dark);
        assert.notEqual(await mapOf(page, 'read'), map, 'the map is drawn again');
        await page.reload();
        await ready(page, 'read');
        assert.notEqual(await paper(), dark);
        assert.equal(await button.getAttribute('aria-pressed'), 'false');
      },
      { colorScheme: 'dark' },
    ));

  test('says what it runs on, and another build gives the same answer', () =>
    visit('read', async (page) => {
      const fact = (name) => page.locator(`[data-slot="facts"] [data-slot="${name}"]`);
      assert.equal(await fact('build').textContent(), 'simd');
      assert.match(await fact('count').textContent(), /^\d+$/);
      assert.match(await fact('last').textContent(), /^[\d.]+ ms$/);
      await page.getByLabel('Build').selectOption('relaxed');
      await page.waitForFunction(
        () => document.querySelector('[data-slot="build"]').textContent === 'relaxed',
      );
      await ready(page, 'read');
      await page.getByLabel('A date, in English').fill('Fri, 29 Feb 2008');
      assert.equal(await page.locator('[data-slot="answer"]').textContent(), '2008-02-29');
      await page.getByLabel('Threads').selectOption('2');
      await page.getByLabel('Build').selectOption('simd');
      await page.waitForFunction(() => document.querySelector('[data-slot="build"]').textContent === 'simd');
      await ready(page, 'read');
      // The server isolates the page, so that it may share memory between threads.
      assert.equal(await fact('count').textContent(), '2', await fact('reason').textContent());
      assert.equal(await page.locator('[data-slot="answer"]').textContent(), '2008-02-29');
    }));

  test('comes from any folder of any static server, without headers of its own', async () => {
    const plain = await serveFolder(folder);
    try {
      await visit(
        'point',
        async (page) => {
          assert.equal(await page.locator('[data-slot="verdict"]').textContent(), 'in order');
          await page.getByLabel('Threads').selectOption('2');
          await page.waitForFunction(() => document.querySelector('[data-slot="reason"]').textContent !== '');
          assert.match(await page.locator('[data-slot="reason"]').textContent(), /cross-origin isolation/);
        },
        {
          address: `${addressOf(plain)}sub/`,
        },
      );
    } finally {
      plain.close();
    }
  });

  test('works without a network after one visit: also what was not looked at then', async () => {
    const own = await serveFolder(join(folder, 'sub'));
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      const address = addressOf(own);
      await page.goto(`${address}#notice`);
      await page.evaluate(() => navigator.serviceWorker.ready);
      await new Promise((done) => {
        own.close(done);
        own.closeAllConnections();
      });
      await page.goto(`${address}#read`);
      await page.reload();
      await ready(page, 'read');
      assert.equal(await page.locator('[data-slot="answer"]').textContent(), '2019-05-03');
    } finally {
      await context.close();
      own.close();
    }
  });
});
