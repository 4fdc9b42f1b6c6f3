import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/**
 * Four panels, both axes logarithmic, so that a power is a line and its exponent the slope: time against n and
 * against d, operations in sequence and the longest path against n. Points are measured, lines are fitted.
 */

/**
 * @typedef {import('../suites/complexity.mjs').Result} Result
 * @typedef {{ x: readonly number[], y: readonly number[], exponent: number, theory: number }} Curve
 * @typedef {{ title: string, x: string, curve: (result: Result) => Curve | undefined }} Panel
 */

const WIDTH = 540;
const HEIGHT = 360;
const MARGIN = { marginLeft: 52, marginTop: 48, marginRight: 172, marginBottom: 36 };
const GAP = 12;
const FOOT = 34;
const NOTE =
  'Both axes are logarithmic. Points are measured, lines fitted; the number is the slope, beside it the exponent of the theory.';
const AXIS = /** @type {const} */ ({ type: 'log', labelAnchor: 'center', labelArrow: 'none', tickSize: 3 });
/** Pixels between the baselines of two labels. */
const LINE = 15;

/** @type {readonly Panel[]} */
const panels = [
  {
    title: 'Time of a layer in ms, by length',
    x: 'n',
    curve: ({ time: { n } }) => n && { ...n, x: n.sizes, y: n.ms },
  },
  {
    title: 'Time of a layer in ms, by width',
    x: 'd',
    curve: ({ time: { d } }) => d && { ...d, x: d.sizes, y: d.ms },
  },
  {
    title: 'Kernels in a row within a layer',
    x: 'n',
    curve: ({ sequential: s }) => ({ ...s, x: s.n, y: s.steps }),
  },
  {
    title: 'Kernels on the path from the first position to the last',
    x: 'n',
    curve: ({ path: p }) => ({ ...p, x: p.n, y: p.steps }),
  },
];

/**
 * @param {readonly Result[]} results
 * @returns {string} an SVG document
 */
export function draw(results) {
  const { document } = parseHTML('<html></html>');
  const drawn = panels.map((panel, i) => {
    const svg = drawPanel(document, panel, results);
    svg.setAttribute('x', String((i % 2) * (WIDTH + GAP)));
    svg.setAttribute('y', String(Math.floor(i / 2) * (HEIGHT + GAP)));
    return svg.outerHTML;
  });
  const [w, h] = [2 * WIDTH + GAP, 2 * HEIGHT + GAP + FOOT];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" color="#444b54">`,
    `<rect width="${w}" height="${h}" fill="#ffffff"/>`,
    ...drawn,
    `<text x="8" y="${h - 12}" font-family="sans-serif" font-size="12" fill="currentColor">${NOTE}</text>`,
    '</svg>\n',
  ].join('\n');
}

/** @param {Document} document @param {Panel} panel @param {readonly Result[]} results */
function drawPanel(document, { title, x, curve }, results) {
  const curves = results.flatMap((r) => {
    const c = curve(r);
    return c ? [{ kind: r.kind, ...c }] : [];
  });
  const points = curves.flatMap((c) => c.x.map((value, i) => ({ kind: c.kind, x: value, y: c.y[i] })));
  const xs = points.map((p) => p.x);
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  return Plot.plot({
    document,
    ...{ width: WIDTH, height: HEIGHT, ...MARGIN },
    style: { fontFamily: 'sans-serif', fontSize: '12px' },
    x: { ...AXIS, base: 2, label: x, ticks: powersOfTwo(low, high), tickFormat: 'd' },
    y: { ...AXIS, label: null, grid: true, ticks: 4, tickFormat: '~r' },
    color: { domain: results.map((r) => r.kind), scheme: 'observable10' },
    marks: [
      Plot.line(curves.flatMap(fittedLine), { x: 'x', y: 'y', stroke: 'kind', strokeOpacity: 0.6 }),
      Plot.dot(points, { x: 'x', y: 'y', fill: 'kind', r: 3.5 }),
      ...labels(curves, points).map(({ dy, ...label }) =>
        Plot.text([label], {
          ...{ x: 'x', y: 'y', fill: 'kind', text: 'text', dy },
          ...{ textAnchor: 'start', dx: 10, stroke: 'white', strokeWidth: 4 },
        }),
      ),
      Plot.text([title], {
        ...{ frameAnchor: 'top-left', dx: -MARGIN.marginLeft + 8, dy: -40 },
        ...{ fontWeight: 'bold', fontSize: 14, fill: '#1b1e23' },
      }),
    ],
  });
}

/** The two ends of c xᵖ through the middle of the points. */
function fittedLine({ kind, x, y, exponent }) {
  const log = x.reduce((sum, value, i) => sum + Math.log(y[i]) - exponent * Math.log(value), 0) / x.length;
  return [x[0], x[x.length - 1]].map((value) => ({ kind, x: value, y: Math.exp(log) * value ** exponent }));
}

/** The names at the right ends of the curves, moved apart where they would lie on each other. */
function labels(curves, points) {
  const logs = points.map((p) => Math.log(p.y));
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const height = HEIGHT - MARGIN.marginTop - MARGIN.marginBottom;
  const all = curves
    .map((c) => ({ kind: c.kind, x: c.x[c.x.length - 1], y: c.y[c.y.length - 1], text: caption(c) }))
    .sort((a, b) => b.y - a.y);
  const natural = all.map(({ y }) => ((high - Math.log(y)) / (high - low || 1)) * height);
  const places = [...natural];
  // Downwards as far as needed, then upwards from the lower edge.
  for (let i = 1; i < all.length; i++) places[i] = Math.max(places[i], places[i - 1] + LINE);
  for (let i = all.length - 1, edge = height; i >= 0; i--, edge = places[i + 1] - LINE)
    places[i] = Math.min(places[i], edge);
  return all.map((label, i) => ({ ...label, dy: places[i] - natural[i] }));
}

/** "self-attention 1.97 (2)": fitted, and the theory's. */
function caption({ kind, exponent, theory }) {
  return `${kind} ${exponent.toFixed(2)} (${theory})`;
}

function powersOfTwo(low, high) {
  const from = Math.ceil(Math.log2(low));
  return Array.from({ length: Math.floor(Math.log2(high)) - from + 1 }, (_, i) => 2 ** (from + i));
}
