// The page about attention: its blocks run as they stand there, and give the values that are written beside them.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { agrees, blocksOf, run } from '../../examples/lib/blocks.mjs';
import * as fovea from '../../src/node.js';

const folder = fileURLToPath(new URL('../../docs/', import.meta.url));
const page = readFileSync(`${folder}attention.md`, 'utf8');
const blocks = blocksOf(page);

/** What a slip of the pen would make of a written value: the last digit another, yes for no, another letter. */
function slip(expected: string): string {
  if (/true|false/.test(expected))
    return expected.replace(/(true|false)(?!.*(true|false))/, (word) => String(word !== 'true'));
  const at = expected.search(/\w(?=\W*$)/);
  const [letter] = expected.slice(at);
  const other = /\d/.test(letter) ? String((Number(letter) + 5) % 10) : letter === 'x' ? 'y' : 'x';
  return expected.slice(0, at) + other + expected.slice(at + 1);
}

describe('docs/attention.md', () => {
  test.each(blocks)('$name', async ({ code }) => {
    const { values, claims } = await run(code, fovea);
    values.engine.dispose();
    expect(claims.length).toBeGreaterThan(0);
    expect(claims.filter(({ actual, expected }) => !agrees(actual, expected))).toEqual([]);
    expect(claims.filter(({ actual, expected }) => agrees(actual, slip(expected)))).toEqual([]);
  });

  test('every block has a name of its own, a picture on the page, and the page nothing but these', () => {
    const names = blocks.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(page.match(/^```js/gm)).toHaveLength(names.length);
    const pictures = [...page.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, path]) => path);
    expect(pictures).toEqual([...names.map((name) => `images/${name}.svg`), 'complexity.svg']);
    expect(pictures.filter((path) => !existsSync(folder + path))).toEqual([]);
  });

  test('links within the page lead to its headings', () => {
    const anchors = [...page.matchAll(/^## (.+)$/gm)].map(
      ([, title]) =>
        `#${title
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-')}`,
    );
    expect([...page.matchAll(/\]\((#[^)]+)\)/g)].map(([, anchor]) => anchor)).toEqual(anchors);
  });

  test('the exponents of the table are those of the picture', () => {
    const svg = readFileSync(`${folder}complexity.svg`, 'utf8');
    // The first two panels: time by length, and by width.
    const drawn = [...svg.matchAll(/>([a-z -]+) (\d\.\d\d) \(\d\)</g)].map(([, ...curve]) => curve);
    const rows = [...page.matchAll(/^\| ([a-z -]+?) +\|.*\$n\^\{(.*?)\}\$ +\| \$d\^\{(.*?)\}\$/gm)];
    expect(rows).toHaveLength(4);
    for (const [, kind, n, d] of rows) {
      const exponents = drawn.filter(([name]) => name === kind).map(([, exponent]) => exponent);
      expect([kind, n, d]).toEqual([kind, ...exponents.slice(0, 2)]);
    }
  });

  test('a block that breaks, and a value that no expression gives, do not pass', async () => {
    await expect(run("import { F } from 'fovea';\nF.noSuchThing(1); // => 1", fovea)).rejects.toThrow(
      TypeError,
    );
    await expect(run('const x = [\n  1, // => 1\n];', fovea)).rejects.toThrow(/no expression of one line/);
    expect((await run('1 + 1; // => 3', fovea)).claims).toEqual([
      { line: '1 + 1', expected: '3', actual: 2 },
    ]);
  });
});
