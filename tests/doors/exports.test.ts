// The map of entry points in package.json: in an order that every resolver reads right, and without gaps.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ALL_MODELS } from '../../src/models/own.js';

const root = new URL('../../', import.meta.url);
type Target = string | { readonly [condition: string]: Target };
const { exports, bin, main, types } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  exports: Record<string, Target>;
  bin: Target;
  main: string;
  types: string;
};

const leaves = (target: Target): string[] =>
  typeof target === 'string' ? [target] : Object.values(target).flatMap(leaves);

test('conditions: types before all, then from the narrowest runtime to the widest', () => {
  expect(Object.keys(exports['.'])).toEqual([
    'types',
    'workerd',
    'edge-light',
    'deno',
    'bun',
    'browser',
    'node',
    'default',
  ]);
  for (const [path, target] of Object.entries(exports))
    if (typeof target === 'object') {
      const conditions = Object.keys(target);
      expect([path, conditions[0], conditions.at(-1)]).toEqual([path, 'types', 'default']);
    }
});

test('every path leads to a file that the build makes', () => {
  const paths = leaves([exports, bin, main, types] as unknown as Target);
  expect(paths.length).toBeGreaterThan(30);
  const missing = paths.filter((path) => {
    if (path.endsWith('/*')) return !existsSync(new URL(path.slice(0, -1), root));
    // Written by scripts/bundle-node.mjs from the modules of the same entry point.
    if (/^\.\/dist\/bundle\/(?:entries|recent)\//.test(path)) return false;
    const source = path.replace('./dist/', './src/').replace(/(\.d\.ts|\.js)$/, '.ts');
    return !existsSync(new URL(path.startsWith('./dist/') ? source : path, root));
  });
  expect(missing).toEqual([]);
});

/** What runs in workers, and what starts those that hold models: it shares nothing with the bundle but errors. */
const APART = ['./thread', './worker', './worker/script'];

const inNode = (target: Target): string =>
  typeof target === 'string' ? target : inNode(target.node ?? target.default);
const IN_BUNDLE = /^\.\/dist\/bundle\/entries\//;

test('in Node every other entry point draws from the one bundle', () => {
  const apart = Object.entries(exports).filter(
    ([, target]) => typeof target === 'object' && !IN_BUNDLE.test(inNode(target)),
  );
  expect(apart.map(([path]) => path).filter((path) => !APART.includes(path))).toEqual([]);
  for (const condition of ['deno', 'bun'])
    expect((exports['.'] as Record<string, string>)[condition]).toMatch(IN_BUNDLE);
});

test('who bundles for Node gets the modules themselves, by all entry points', () => {
  const bundled = Object.values(exports).filter((target) => IN_BUNDLE.test(inNode(target)));
  const targets = bundled.map((target) => (target as Record<string, Target>).node as Record<string, string>);
  expect(targets.length).toBeGreaterThan(10);
  for (const target of targets) {
    expect(Object.keys(target)).toEqual(['module', 'module-sync', 'default']);
    expect(target['module-sync']).toBe(target.default.replace('/entries/', '/recent/'));
    expect(target.module).toMatch(/^\.\/dist\/(?!bundle\/)/);
  }
});

describe('models', () => {
  const subpaths = Object.keys(exports).filter((path) => /^\.\/models\/[^*]+$/.test(path));

  test('every file of a model type has a subpath', () => {
    const files = readdirSync(new URL('src/models/', root)).filter((file) =>
      readFileSync(new URL(`src/models/${file}`, root), 'utf8').includes('ModelTypes = {'),
    );
    const of = (file: string): string => `./models/${file.replace('.ts', '')}`;
    expect(subpaths).toEqual(
      files
        .filter((file) => file !== 'registry.ts' && file !== 'own.ts')
        .map(of)
        .sort(),
    );
  });

  test('together the subpaths hand out every model type', async () => {
    const all = await Promise.all(
      subpaths.map(async (path) => {
        const names: object = await import(`../../src/${path.slice(2)}.ts`);
        const record = Object.entries(names).find(([name]) => name === path.split('/')[2].toUpperCase());
        return Object.keys(record?.[1] ?? {});
      }),
    );
    expect(all.flat().sort()).toEqual(Object.keys(ALL_MODELS).sort());
  });

  test('every shipped model can be read by its files', () => {
    const shipped = readdirSync(new URL('models/', root), { withFileTypes: true });
    for (const folder of shipped.filter((entry) => entry.isDirectory()))
      expect(exports[`./models/${folder.name}/*`]).toBe(`./models/${folder.name}/*`);
  });
});
