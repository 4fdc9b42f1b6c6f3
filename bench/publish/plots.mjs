import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** @typedef {import('./tables.mjs').Line} Line */

const WIDTH = 860;
const INK = '#444b54';
const STYLE = { fontFamily: 'sans-serif', fontSize: '12px' };
const OURS = '#2f6fb2';
/** A colour that stays with a rival in every picture. */
const COLOURS = {
  'onnxruntime-web': '#d1653a',
  'tfjs-wasm': '#8a6d3b',
  'onnxruntime-node': '#8b8f97',
  wllama: '#7a4fa3',
};

/** @param {import('@observablehq/plot').PlotOptions} options @returns {string} an SVG document */
function draw(options) {
  const { document } = parseHTML('<html></html>');
  const plot = Plot.plot({ document, width: WIDTH, style: STYLE, ...options });
  // With a legend the plot is a figure around two SVGs; ours have their names in the picture.
  plot.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  plot.setAttribute('color', INK);
  const { outerHTML } = plot;
  return `${outerHTML.replace(/(<svg[^>]*>)/, '$1<rect width="100%" height="100%" fill="#ffffff"/>')}\n`;
}

/** Names of the colours, one after another at the top. */
function legend(names, colour) {
  let x = 0;
  return names.map((name) => {
    const at = x;
    x += 26 + 7 * name.length;
    return Plot.text([`● ${name}`], {
      frameAnchor: 'top-left',
      dx: at,
      dy: -22,
      fill: colour(name),
      fontWeight: 'bold',
    });
  });
}

/**
 * How many times our time each rival takes, a row a case; the line is where both are equal.
 * @param {readonly Line[]} lines
 */
export function ratios(lines) {
  const points = lines.flatMap((line) =>
    Object.entries(line.ratio).map(([rival, times]) => ({
      rival,
      times,
      case: `${line.suite}  ${line.case}`,
    })),
  );
  const rivals = [...new Set(points.map(({ rival }) => rival))];
  const cases = [...new Set(points.map((point) => point.case))];
  const values = points.map(({ times }) => times);
  return draw({
    height: 70 + 17 * cases.length,
    marginLeft: 250,
    marginTop: 44,
    marginBottom: 40,
    x: {
      type: 'log',
      base: 2,
      label: "rival's time over ours (logarithmic; right of the line fovea is faster)",
      domain: [Math.min(0.25, ...values), Math.max(4, ...values) * 1.05],
      labelAnchor: 'center',
      labelArrow: 'none',
      grid: true,
      ticks: [0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256].filter((t) => t <= Math.max(4, ...values)),
      tickFormat: (value) => `${value} ×`,
    },
    y: { domain: cases, label: null, tickSize: 0 },
    marks: [
      Plot.ruleY(cases, { stroke: '#eceef0' }),
      Plot.ruleX([1], { stroke: INK, strokeWidth: 1.5 }),
      Plot.dot(points, { x: 'times', y: 'case', fill: ({ rival }) => COLOURS[rival] ?? INK, r: 4 }),
      ...legend(rivals, (name) => COLOURS[name] ?? INK),
    ],
  });
}

/** Our share of what the machine can do, a bar a case. @param {readonly Line[]} lines */
export function shares(lines) {
  const bars = lines.map((line) => ({ case: `${line.suite}  ${line.case}`, share: 100 * line.share }));
  return draw({
    height: 50 + 17 * bars.length,
    marginLeft: 250,
    marginRight: 44,
    marginBottom: 40,
    x: {
      label: '% of the limit',
      domain: [0, Math.max(100, ...bars.map((bar) => bar.share))],
      grid: true,
      labelAnchor: 'center',
      labelArrow: 'none',
    },
    y: { domain: bars.map((bar) => bar.case), label: null, tickSize: 0 },
    marks: [
      Plot.barX(bars, { x: 'share', y: 'case', fill: OURS, insetTop: 2, insetBottom: 2 }),
      Plot.text(bars, {
        x: 'share',
        y: 'case',
        text: ({ share }) => `${share.toFixed(0)} %`,
        dx: 5,
        textAnchor: 'start',
      }),
      Plot.ruleX([100], { stroke: INK }),
    ],
  });
}

/** Time of attention by length, both axes logarithmic. @param {readonly Line[]} lines of S… d64 12 heads */
export function lengths(lines) {
  const points = lines.flatMap((line) => {
    const S = Number(/^S(\d+)/.exec(line.case)?.[1]);
    const others = Object.entries(line.rivals).flatMap(([who, { ms }]) => (ms ? [{ S, who, ms }] : []));
    return [{ S, who: 'fovea', ms: line.ours_ms }, ...others];
  });
  const names = [...new Set(points.map(({ who }) => who))];
  const colour = (name) => (name === 'fovea' ? OURS : (COLOURS[name] ?? INK));
  const axis = /** @type {const} */ ({ type: 'log', labelAnchor: 'center', labelArrow: 'none', grid: true });
  return draw({
    height: 380,
    marginLeft: 64,
    marginTop: 44,
    marginBottom: 40,
    x: { ...axis, base: 2, label: 'S', ticks: [...new Set(points.map(({ S }) => S))], tickFormat: 'd' },
    y: { ...axis, label: 'ms', ticks: 5, tickFormat: '~r' },
    marks: [
      Plot.line(points, { x: 'S', y: 'ms', z: 'who', stroke: ({ who }) => colour(who) }),
      Plot.dot(points, { x: 'S', y: 'ms', fill: ({ who }) => colour(who), r: 4 }),
      ...legend(names, colour),
    ],
  });
}
