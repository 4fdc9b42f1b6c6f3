// Every block of code in README.md, in docs/ and beside the examples runs as it stands there, or is checked as its language allows; a block
// that nothing checks is an error.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as built from '../../dist/node.js';
import { agrees, run } from '../../examples/lib/blocks.mjs';
import * as trainer from '../../examples/train/lib/trainer.mjs';
import * as bare from '../../src/bare.js';
import * as fovea from '../../src/node.js';
import { commandsIn, wrongIn } from './commands.js';
import { blocks, compile, pages, root } from './pages.js';

/** Where blocks run: here, in browser.test.ts, in workerd.test.ts. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  js: ['node', 'browser', 'workerd'],
  ts: ['node', 'browser', 'workerd'],
  sh: ['node'],
  json: ['node'],
  jsonc: ['node'],
  // Not code: what programs print, formats, drawings.
  text: ['node'],
};

test('every block is of a kind that something checks, and has a name of its own', () => {
  for (const { path, text, blocks } of pages()) {
    expect({ path, fences: text.match(/^```/gm)?.length ?? 0 }).toEqual({ path, fences: 2 * blocks.length });
    const unknown = blocks.filter(({ lang, place }) => !PLACES[lang]?.includes(place));
    expect({ path, unknown }).toEqual({ path, unknown: [] });
    const names = blocks.filter(({ lang }) => lang === 'js' || lang === 'ts').map(({ name }) => name);
    expect({ path, names: names.filter((name, i) => name === '' || names.indexOf(name) !== i) }).toEqual({
      path,
      names: [],
    });
  }
});

// What an earlier run of the block in examples/train left behind.
rmSync(`${root}.cache/mine`, { recursive: true, force: true });

const code = blocks(({ lang, place }) => (lang === 'js' || lang === 'ts') && place === 'node');

// docs/attention.md has a test of its own, which runs its blocks too.
describe('blocks that run in Node', () => {
  const others = {
    'node:fs/promises': fs,
    'fovea/engine': bare,
    './lib/trainer.mjs': trainer,
  };
  test.each(code.filter(({ title }) => !title.startsWith('docs/attention.md')))(
    '$title',
    async ({ code, title }) => {
      // The trainer works with the package as it is built, and so must what is given to it.
      const { values, claims } = await run(
        code,
        title.startsWith('examples/train/') ? built : fovea,
        others,
        compile,
      );
      values.engine?.dispose();
      expect(claims.length).toBeGreaterThan(0);
      expect(claims.filter(({ actual, expected }) => !agrees(actual, expected))).toEqual([]);
    },
  );
});

test('blocks in TypeScript have the right types', () => {
  const folder = join(root, '.cache/docs-types');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const typed = blocks(({ lang }) => lang === 'ts');
  expect(typed.length).toBeGreaterThan(5);
  for (const { title, code } of typed)
    writeFileSync(join(folder, `${title.replace(/\W+/g, '-')}.ts`), `${code}\nexport {};\n`);
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: {
      noUnusedLocals: false,
      module: 'ESNext',
      moduleResolution: 'Bundler',
      lib: ['ES2022', 'ESNext.Disposable', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
    },
    include: ['.'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { cwd: root, encoding: 'utf8' });
  expect(stdout).toBe('');
});

test('JSON can be read', () => {
  for (const { lang, code } of blocks(({ lang }) => lang.startsWith('json')))
    expect(() => JSON.parse(lang === 'jsonc' ? code.replace(/^\s*\/\/.*$/gm, '') : code)).not.toThrow();
});

describe('commands', () => {
  const lines = blocks(({ lang }) => lang === 'sh').flatMap(({ title, code }) =>
    commandsIn(code).map((line) => ({ title, line })),
  );
  test('are there, with the options that they are given', () => {
    expect(lines.length).toBeGreaterThan(10);
    expect(
      lines.flatMap(({ title, line }) => wrongIn(line).map((wrong) => `${title} ${line}: ${wrong}`)),
    ).toEqual([]);
  });

  test.each([
    ['npm run no-such-script', /no script/],
    ['fovea dance', /no command/],
    ['fovea embed --loud', /--loud/],
    ['node no/such/file.mjs', /no file/],
    ['sudo make', /unknown/],
  ])('%s is found out', (line, message) => expect(wrongIn(line).join()).toMatch(message));
});

test('links lead to files that are there, and to headings in them', () => {
  const anchors = (text: string): string[] =>
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
      title
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
  for (const { path, text } of pages()) {
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
    const prose = text.replace(/^```.*?^```/gms, '');
    for (const [, to] of prose.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [file, anchor] = to.split('#');
      const target = file === '' ? path : folder + file;
      expect({ path, to, there: existsSync(root + target) }).toEqual({ path, to, there: true });
      if (anchor !== undefined) expect(anchors(readFileSync(root + target, 'utf8'))).toContain(anchor);
    }
  }
});
