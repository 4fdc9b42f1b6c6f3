// Draws the pictures of docs/attention.md from the values that its blocks of code leave behind.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as Plot from '@observablehq/plot';
import * as fovea from '../dist/node.js';
import { blocksOf, run } from './lib/blocks.mjs';
import { bars, figure, heatmap } from './lib/figure.mjs';

/** One picture for each block, by its name. @type {Record<string, (values: Record<string, any>) => string>} */
const pictures = {
  saliency({ X, pooled, normalized, gated, salient, sought }) {
    const y = ['first', 'second'];
    const look = { y, height: 90, width: 360, marginLeft: 56 };
    const map = (title, x) => heatmap(title, x.tolist()[0], look);
    const alpha = (title, a) => bars(title, { α: a.tolist()[0] }, { height: 130, width: 360 });
    return stacked([
      [map('the input', X), map('max pooling', pooled)],
      [map('divisive normalisation', normalized), map('gated by its saliency', gated)],
      [alpha('bottom-up: α without a query', salient), alpha('top-down: α for the first feature', sought)],
    ]);
  },

  soft({ X, q, scores, alpha, read }) {
    const dots = X.tolist().map(([x, y], n) => ({ x, y, n, alpha: alpha.tolist()[n] }));
    const ends = [
      { name: 'q', at: q.tolist(), fill: '#ff725c' },
      { name: 'Σ α x', at: read.tolist(), fill: '#3ca951' },
    ];
    return figure([
      {
        title: 'inputs (size: α), query, weighted mean',
        ...{ width: 300, height: 240, grid: true, inset: 24 },
        x: { label: null },
        y: { label: null },
        r: { domain: [0, 1], range: [2, 18] },
        marks: [
          Plot.arrow([q.tolist()], { x1: 0, y1: 0, x2: q.tolist()[0], y2: q.tolist()[1], stroke: '#ff725c' }),
          Plot.dot(dots, { x: 'x', y: 'y', r: 'alpha', fill: '#4269d0', fillOpacity: 0.6 }),
          Plot.text(dots, { x: 'x', y: 'y', text: ({ n }) => `x${n + 1}`, dy: -18 }),
          ...ends.map(({ name, at: [x, y], fill }) => [
            Plot.dot([{ x, y }], { x: 'x', y: 'y', fill, symbol: 'diamond', r: 5 }),
            Plot.text([{ x, y }], { x: 'x', y: 'y', text: () => name, dy: 14, fill }),
          ]),
        ],
      },
      bars('scores', { s: scores.tolist() }, { x: inputs(4), height: 240, width: 220 }),
      bars('distribution', { α: alpha.tolist() }, { x: inputs(4), height: 240, width: 220 }),
    ]);
  },

  scores: ({ alphas }) =>
    figure(
      Object.entries(alphas).map(([name, α]) =>
        bars(
          name,
          { α },
          { x: inputs(8), width: 230, height: 170, y: { domain: [0, 1], grid: true, label: null } },
        ),
      ),
    ),

  hard: ({ alpha, shares }) =>
    figure([
      bars(
        '400 draws',
        { probability: alpha.tolist(), 'share of draws': shares },
        { x: inputs(4), width: 420 },
      ),
    ]),

  estimators: ({ exact, plain, withBaseline, straight }) =>
    figure([
      bars(
        'gradient of the expected loss, 400 draws',
        { exact, REINFORCE: plain, 'with baseline': withBaseline, 'Gumbel-softmax': straight },
        { x: [1, 2, 3, 4].map((n) => `s${n}`), width: 480, height: 260 },
      ),
    ]),

  'key-value'({ K, V, alpha, attention }) {
    const look = { digits: 0, height: 170, y: [1, 2, 3, 4].map(String) };
    return figure([
      heatmap('keys', K.tolist(), { ...look, width: 190 }),
      heatmap(
        'α for q = (0, 0, 3)',
        alpha.tolist().map((a) => [a]),
        { ...look, digits: 3, x: [''], width: 150 },
      ),
      heatmap('values', V.tolist(), { ...look, width: 170 }),
      heatmap('read', [attention.tolist()], { ...look, digits: 2, y: [''], width: 190, height: 70 }),
    ]);
  },

  'multi-head'({ several, weights }) {
    const look = { xLabel: 'input', yLabel: 'query', width: 250, marginBottom: 34 };
    const [first, second] = weights.tolist()[0];
    return figure([
      heatmap('three queries', several.alpha.tolist()[0], { ...look, height: 150 }),
      heatmap('head 1 of the layer', first, look),
      heatmap('head 2 of the layer', second, look),
    ]);
  },

  pointer: ({ numbers, order, distributions }) =>
    figure([
      heatmap(
        'where each step points',
        distributions.map((row) => [...row]),
        {
          x: numbers.map(String),
          y: order.map((place) => String(numbers[place])),
          ...{ xLabel: 'the numbers as they came', yLabel: 'pointed at' },
          ...{ width: 420, height: 360, digits: 2, marginBottom: 36, marginLeft: 44 },
        },
      ),
    ]),

  'self-attention'({ alpha, connects }) {
    const look = { xLabel: 'read', yLabel: 'position', width: 230, height: 230, marginBottom: 34 };
    const [six, three] = alpha.tolist();
    const short = three.slice(0, 3).map((row) => row.slice(0, 3));
    return figure([
      heatmap('self-attention: six inputs', six, look),
      heatmap('self-attention: three inputs', short, { ...look, width: 190, height: 150 }),
      heatmap('fully connected: always', connects.W.tensor.tolist(), { ...look, diverging: true }),
    ]);
  },

  learning({ curve, longer, alpha }) {
    const names = ['self-attention', 'fully connected'];
    const points = curve.flatMap((losses, step) => losses.map((loss, i) => ({ step, loss, name: names[i] })));
    const marked = longer.X.tolist()[0].findIndex(([marker]) => marker === 1);
    return figure([
      {
        title: 'squared error while learning, on six inputs',
        ...{ width: 440, height: 260, marginRight: 100 },
        x: { label: 'step', labelArrow: 'none', labelAnchor: 'center' },
        y: { label: null, grid: true },
        color: { domain: names, range: ['#4269d0', '#efb118'] },
        marks: [
          Plot.line(points, { x: 'step', y: 'loss', stroke: 'name' }),
          Plot.text(
            points.filter(({ step }) => step === curve.length - 1),
            { x: 'step', y: 'loss', text: 'name', fill: 'name', textAnchor: 'start', dx: 6 },
          ),
        ],
      },
      heatmap(`α on eleven inputs, the marker at ${marked}`, alpha.tolist()[0], {
        ...{ xLabel: 'read', yLabel: 'position', width: 300, height: 260, marginBottom: 34 },
      }),
    ]);
  },

  transformer: ({ text, date, map }) =>
    figure([
      heatmap('cross-attention, mean of all heads', map.slice(0, date.length), {
        ...{ x: [...text], y: [...date], xLabel: 'read', yLabel: 'written' },
        ...{ width: 620, height: 340, marginBottom: 34 },
      }),
    ]),

  comparison: ({ reach }) =>
    figure([
      heatmap(
        'which outputs move with input 4',
        Object.values(reach).map((moves) => moves.map((by) => Number(by > 0))),
        {
          y: Object.keys(reach),
          xLabel: 'output',
          width: 420,
          height: 150,
          marginLeft: 96,
          marginBottom: 34,
        },
      ),
    ]),
};

/** @param {number} N */
function inputs(N) {
  return Array.from({ length: N }, (_, n) => `x${n + 1}`);
}

/** Rows of panels in one picture. @param {readonly import('./lib/figure.mjs').Panel[][]} rows */
function stacked(rows) {
  let y = 0;
  let width = 0;
  const parts = rows.map((panels) => {
    const svg = figure(panels);
    const [, w, h] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
    const placed = svg.replace('<svg ', `<svg y="${y}" `);
    y += Number(h) + 8;
    width = Math.max(width, Number(w));
    return placed;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}">\n${parts.join('')}</svg>\n`;
}

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root); // the page names models by their folders in the package
for (const { name, code } of blocksOf(await readFile('docs/attention.md', 'utf8'))) {
  const { values } = await run(code, fovea);
  await writeFile(`docs/images/${name}.svg`, pictures[name](values));
  values.engine.dispose();
  console.log(`docs/images/${name}.svg`);
}
