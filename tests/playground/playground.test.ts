// The playground: its rooms, its build, and (where there is a Chromium) the page itself; see suite.mjs.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildPlayground } from '../../examples/playground/build.mjs';
import { chromiumPath } from '../../scripts/chromium.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const source = join(root, 'examples/playground/src');
const read = (folder: string): { name: string; text: string }[] =>
  readdirSync(join(source, folder)).map((name) => ({
    name: `${folder}/${name}`,
    text: readFileSync(join(source, folder, name), 'utf8'),
  }));

describe('rooms', () => {
  test('demos know models and no page; views know the page and no models', () => {
    const [demos, views] = [read('demos'), read('views')];
    expect(demos.length).toBeGreaterThan(4);
    expect(views.length).toBeGreaterThan(7);
    const page = /\b(document|window|HTMLElement|localStorage)\b|dom\.js/;
    expect(demos.filter(({ text }) => page.test(text)).map(({ name }) => name)).toEqual([]);
    expect(demos.filter(({ text }) => !/from 'fovea'/.test(text)).map(({ name }) => name)).toEqual([]);
    const models = /from 'fovea'|\.\.\/(demos|stations|page)\//;
    expect(views.filter(({ text }) => models.test(text)).map(({ name }) => name)).toEqual([]);
  });

  test('its types are strict', () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const args = [tsc, '-p', 'examples/playground/tsconfig.json'];
    const { stdout, status } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});

describe('the build', () => {
  let folder = '';
  let files: string[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'fovea-playground-'));
    files = await buildPlayground(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('has the page, the models and nothing that is looked for elsewhere', () => {
    for (const file of [
      'index.html',
      'main.js',
      'main.css',
      'relaxed.wasm',
      'models/dates/model.safetensors',
    ])
      expect(files).toContain(file);
    const elsewhere = /(?:src|href|url|import|from|fetch)\s*[=(]?\s*["'(]?(?:https?:)?\/\//;
    for (const file of ['index.html', 'main.css', 'service-worker.js'])
      expect(readFileSync(join(folder, file), 'utf8')).not.toMatch(elsewhere);
    expect('<script src="https://cdn.example/x.js">').toMatch(elsewhere);
  });

  test('the service worker keeps every file, under a name that changes with any of them', async () => {
    const worker = (): string => readFileSync(join(folder, 'service-worker.js'), 'utf8');
    const kept = JSON.parse(/FILES = (\[.*?\]);/.exec(worker())?.[1] ?? 'null') as string[];
    expect(new Set(kept)).toEqual(new Set(['./', ...files.filter((file) => file !== 'service-worker.js')]));
    const first = worker();
    await buildPlayground(folder);
    expect(worker()).toBe(first);
  });
});

const browser = chromiumPath() ? test : test.skip;
if (!chromiumPath())
  console.warn('!! no Chromium here: the playground itself is NOT tested (tests/playground)');

browser(
  'the page in Chromium: every station with mouse and keys, wide and narrow, light and dark, offline',
  async () => {
    const child = spawn(process.execPath, ['--test', '--test-reporter=spec', 'tests/playground/suite.mjs'], {
      cwd: root,
      // Node marks the children of its own test runner, and they then report in another form.
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined },
    });
    let told = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (told += piece));
    const status = await new Promise((done) => child.on('close', done));
    const count = (what: string): number => Number(new RegExp(`^\\D*${what} (\\d+)`, 'm').exec(told)?.[1]);
    if (status !== 0) throw new Error(told.slice(told.indexOf('failing tests')));
    expect(count('fail')).toBe(0);
    expect(count('pass')).toBeGreaterThan(30);
  },
  600_000,
);
