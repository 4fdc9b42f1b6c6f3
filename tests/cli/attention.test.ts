// fovea attention: maps of every kind of model, as text, JSON, SVG and HTML.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseHTML } from 'linkedom';
import { heatmapSvg } from '../../src/cli/heatmap.js';
import { terminalMap } from '../../src/cli/terminal-map.js';
import { readBytes } from '../../src/io/source.js';
import { tinyDecoder, tinyEncoder } from '../models/tiny.js';
import { fovea } from './run.js';

const SORT = fileURLToPath(new URL('../../models/sort', import.meta.url));
const TEXT = 'the 3rd of May, 2019';

let folder: string;
const models: Record<string, string> = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fovea-attention-'));
  for (const [name, source] of Object.entries({ encoder: tinyEncoder(), decoder: tinyDecoder() })) {
    models[name] = mkdtempSync(join(folder, `${name}-`));
    for (const file of ['config.json', 'model.safetensors', 'tokenizer.json'])
      writeFileSync(join(models[name], file), await readBytes(source, file));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const json = async (...args: string[]) => {
  const { stdout, stderr, code } = await fovea(['attention', '--json', ...args]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};

/** Every row of weights adds up to 1. */
function expectDistributions(maps: { weights: number[][] }[]): void {
  for (const { weights } of maps)
    for (const row of weights) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
}

describe('maps', () => {
  test('dates is the model that needs no naming: the answer, and where it was written from', async () => {
    const { answer, rows, columns, maps, relation } = await json('--text', TEXT);
    expect([answer, relation]).toEqual(['2019-05-03', 'looks at']);
    expect(rows.join('')).toBe('2019-05-03</s>');
    expect(columns.join('')).toBe('the\u24233rd\u2423of\u2423may,\u24232019');
    expect(maps).toHaveLength(1);
    expect([maps[0].layer, maps[0].head]).toEqual([0, null]);
    expectDistributions(maps);
  });

  test('the mean is that of the heads', async () => {
    const [all, one] = [await json('--text', TEXT, '--head', 'all'), await json('--text', TEXT)];
    expect(all.maps.map(({ head }: { head: number }) => head)).toEqual([0, 1, 2, 3]);
    const mean = all.maps.reduce((s: number, m: { weights: number[][] }) => s + m.weights[2][3] / 4, 0);
    expect(one.maps[0].weights[2][3]).toBeCloseTo(mean, 9);
  });

  test('sort: the distribution of every step', async () => {
    const { answer, rows, columns, maps } = await json('-m', SORT, '--text', '31, 4, 15');
    expect([answer, rows, columns]).toEqual(['4 15 31', ['1', '2', '3'], ['31', '4', '15']]);
    expectDistributions(maps);
  });

  test('a decoder looks back, an encoder both ways; any layer and head', async () => {
    const decoder = await json('-m', models.decoder, '--text', 'abc', '--layer', 'all', '--head', 'all');
    const seen = decoder.maps.map(({ weights }: { weights: number[][] }) => weights);
    for (const weights of seen) expect(weights[0].slice(1).every((w: number) => w === 0)).toBe(true);
    expectDistributions(decoder.maps);
    const last = await json('-m', models.decoder, '--text', 'abc', '--layer=-1', '--head', '0');
    expect(last.maps).toEqual(
      decoder.maps.filter(
        ({ layer, head }: { layer: number; head: number }) => layer === last.maps[0].layer && head === 0,
      ),
    );
    const encoder = await json('-m', models.encoder, '--text', 'abc', '--layer', '0');
    expect(encoder.maps[0].weights[0].every((w: number) => w > 0)).toBe(true);
    expectDistributions(encoder.maps);
  });
});

describe('pictures', () => {
  test('SVG: a cell for every weight that shows, with what it means', async () => {
    const out = join(folder, 'map.svg');
    const { code, stderr, stdout } = await fovea([
      'attention',
      '--text',
      TEXT,
      '--head',
      'all',
      '--out',
      out,
    ]);
    expect([code, stdout, stderr.includes(`wrote ${out}`)]).toEqual([0, '', true]);
    const { document } = parseHTML(readFileSync(out, 'utf8'));
    expect(document.querySelectorAll('svg > g')).toHaveLength(4);
    const tips = Array.from(document.querySelectorAll('rect > title')).map((t) => t.textContent);
    expect(tips.some((tip) => /^3 looks at 3: 0\.9\d+$/.test(tip ?? ''))).toBe(true);
    expect(readFileSync(out, 'utf8')).not.toMatch(/NaN|undefined/);
  });

  test('HTML: a page with the same picture', async () => {
    const out = join(folder, 'map.html');
    await fovea(['attention', TEXT, '--out', out]);
    const page = readFileSync(out, 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    const { document } = parseHTML(page);
    expect(document.querySelector('title')!.textContent).toBe(`${TEXT} \u2192 2019-05-03`);
    expect(document.querySelectorAll('svg > g')).toHaveLength(1);
  });

  test('what stands in a text cannot break out of a picture', () => {
    const maps = {
      relation: 'attends to',
      rows: ['<b>"&'],
      columns: ['</svg>\u0007'],
      maps: [{ layer: 0, head: 0, weights: [[1]] }],
    };
    const svg = heatmapSvg(maps, '<script>');
    expect(svg).not.toMatch(/<b>|<script>/);
    expect(svg.match(/<\/svg>/g)).toHaveLength(1);
    expect(svg).not.toContain('\u0007');
    expect(parseHTML(svg).document.querySelector('rect > title')!.textContent).toBe(
      '<b>"& attends to </svg>\ufffd: 1.000',
    );
  });

  test('a terminal with colours, and one without', () => {
    const maps = {
      relation: 'attends to',
      rows: ['a', 'bb'],
      columns: ['xxx', 'yyyyyyyyyyyy'],
      maps: [
        {
          layer: 0,
          head: 0,
          weights: [
            [0.5, 0],
            [0, 1],
          ],
        },
      ],
    };
    // A label that is longer than most is cut.
    expect(terminalMap(maps, maps.maps[0], { colour: false, indent: '' })).toBe(
      '   xxx yyy\n a \u2592\u2592\u2592\u2592\nbb     \u2588\u2588\u2588\u2588\n',
    );
    const coloured = terminalMap(maps, maps.maps[0], { colour: true });
    expect(coloured).toContain('\u001b[48;5;255m    \u001b[0m');
    expect(coloured.split('\u001b[0m')).toHaveLength(5);
  });
});

test.each([
  [[], 'which text?'],
  [['--text', 'x', 'y'], 'which text?'],
  [['x', '--out', 'map.png'], '--out must end in .svg or .html, got "map.png"'],
  [['x', '--layer', 'two'], '--layer must be a whole number or all, got "two"'],
])('%j is a mistake in the command line', async (args, message) => {
  const { code, stdout, stderr } = await fovea(['attention', ...args]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
});

test('a layer or head that is not there', async () => {
  const { code, stderr } = await fovea(['attention', 'May 3', '--head', '4']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('head must be from 0 to 3')]);
});
