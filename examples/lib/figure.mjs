// Figures as SVG: panels side by side, each a plot of its own scales.
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const GAP = 12;
const TITLE = 26;

/** @typedef {{ title: string, width?: number, height?: number } & import('@observablehq/plot').PlotOptions} Panel */

/**
 * @param {readonly Panel[]} panels in a row
 * @returns {string} an SVG document
 */
export function figure(panels) {
  const { document } = parseHTML('<html></html>');
  let x = 0;
  const drawn = panels.map(({ title, width = 280, height = 220, ...options }) => {
    const svg = Plot.plot({
      document,
      width,
      height,
      style: { fontFamily: 'sans-serif', fontSize: '11px' },
      ...options,
    });
    svg.setAttribute('x', String(x));
    svg.setAttribute('y', String(TITLE));
    const heading = `<text x="${x + 8}" y="18" font-family="sans-serif" font-size="12" font-weight="bold" fill="#1b1e23">${title}</text>`;
    x += width + GAP;
    return `${heading}\n${svg.outerHTML}`;
  });
  const [w, h] = [x - GAP, TITLE + Math.max(...panels.map(({ height = 220 }) => height))];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" color="#444b54">`,
    `<rect width="${w}" height="${h}" fill="#ffffff"/>`,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

/**
 * A matrix as cells, the darker the greater.
 * @param {string} title
 * @param {readonly (readonly number[])[]} rows
 * @param {{ x?: readonly string[], y?: readonly string[], xLabel?: string, yLabel?: string, digits?: number,
 *   marginLeft?: number, width?: number, height?: number, diverging?: boolean }} [look] names of columns and rows
 * @returns {Panel}
 */
export function heatmap(title, rows, { x, y, xLabel, yLabel, digits, diverging = false, ...size } = {}) {
  const largest = Math.max(...rows.flat().map(Math.abs)) || 1;
  const cells = rows.flatMap((row, i) => row.map((value, j) => ({ i, j, value })));
  return {
    title,
    padding: 0,
    x: { label: xLabel ?? null, tickSize: 0, labelArrow: 'none', tickFormat: (j) => x?.[j] ?? String(j) },
    y: { label: yLabel ?? null, tickSize: 0, labelArrow: 'none', tickFormat: (i) => y?.[i] ?? String(i) },
    color: diverging
      ? { scheme: 'RdBu', domain: [-largest, largest] }
      : { scheme: 'Blues', domain: [0, largest] },
    marks: [
      Plot.cell(cells, { x: 'j', y: 'i', fill: 'value', stroke: 'white', strokeWidth: 0.5 }),
      ...(digits === undefined
        ? []
        : [
            Plot.text(cells, {
              x: 'j',
              y: 'i',
              text: ({ value }) => value.toFixed(digits),
              fill: ({ value }) => (Math.abs(value) > 0.6 * largest ? 'white' : 'black'),
            }),
          ]),
    ],
    ...size,
  };
}

/**
 * Bars, one group a name and one bar a series.
 * @param {string} title
 * @param {Record<string, readonly number[]>} series
 * @param {{ x?: readonly string[], xLabel?: string, width?: number, height?: number }} [look] names of the groups
 * @returns {Panel}
 */
export function bars(title, series, { x, xLabel, ...size } = {}) {
  const names = Object.keys(series);
  const all = names.flatMap((name) => series[name].map((value, n) => ({ name, n, value })));
  return {
    title,
    fx: { label: xLabel ?? null, tickFormat: (n) => x?.[n] ?? String(n), axis: 'bottom' },
    x: { axis: null, domain: names },
    y: { label: null, grid: true, ticks: 4 },
    color: { domain: names, range: ['#4269d0', '#efb118', '#ff725c', '#6cc5b0'], legend: false },
    marginTop: names.length > 1 ? 20 + 14 * Math.ceil(names.length / 2) : 12,
    marks: [
      Plot.barY(all, { fx: 'n', x: 'name', y: 'value', fill: 'name' }),
      Plot.ruleY([0]),
      ...(names.length > 1 ? key(names) : []),
    ],
    ...size,
  };
}

/** The names of the series above the bars, in their colours. @param {string[]} names */
function key(names) {
  return names.map((name, i) =>
    Plot.text([name], {
      frameAnchor: 'top-left',
      text: () => `■ ${name}`,
      fill: () => name,
      dx: 10 + 110 * (i % 2),
      dy: -34 + 14 * (Math.floor(i / 2) - Math.ceil(names.length / 2) + 2),
      fx: null,
      facet: 'super',
    }),
  );
}
