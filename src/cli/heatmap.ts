// Attention maps as pictures: SVG, and a page around it.
import type { AttentionMap, AttentionMaps } from './maps.js';

const CELL = 16;
const FONT = 11;
/** Width of a character of the font, about. */
const ADVANCE = 6.8;
const GAP = 28;
const TITLE = 22;
/** From no weight to the largest of the map. */
const [LIGHT, DARK] = [
  [255, 255, 255],
  [12, 60, 122],
];

interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly parts: readonly string[];
}

/** All maps, side by side in as square a grid as they fit. */
export function heatmapSvg(maps: AttentionMaps, title: string): string {
  const drawings = maps.maps.map((map) => drawMap(maps, map));
  const { width, height } = drawings[0];
  const perRow = Math.max(1, Math.round(Math.sqrt((drawings.length * height) / width)));
  const rows = Math.ceil(drawings.length / perRow);
  const across = Math.min(perRow, drawings.length);
  const [w, h] = [across * (width + GAP) + GAP, rows * (height + GAP) + GAP + TITLE];
  const placed = drawings.map(({ parts }, i) => {
    const [x, y] = [
      GAP + (i % perRow) * (width + GAP),
      GAP + TITLE + Math.floor(i / perRow) * (height + GAP),
    ];
    return [`<g transform="translate(${round(x)} ${round(y)})">`, ...parts, '</g>'].join('\n');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(w)} ${round(h)}" width="${round(w)}" height="${round(h)}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="${FONT}" fill="#30363d">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" fill="white"/>`,
    `<text x="${GAP}" y="${GAP - 4}" font-size="13" font-weight="bold">${escaped(title)}</text>`,
    ...placed,
    '</svg>\n',
  ].join('\n');
}

/** The same on a page of its own. */
export function heatmapHtml(maps: AttentionMaps, title: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>
  body { margin: 0; background: white; }
  svg { max-width: 100%; height: auto; }
  rect:hover { stroke: #c0562f; stroke-width: 2; }
</style>
${heatmapSvg(maps, title)}</html>
`;
}

function drawMap(
  { rows, columns, relation }: AttentionMaps,
  { layer, head, weights }: AttentionMap,
): Drawing {
  const left = 8 + ADVANCE * longest(rows);
  const top = 20 + ADVANCE * longest(columns);
  const most = Math.max(...weights.flat(), Number.MIN_VALUE);
  const parts = [
    `<text x="${round(left)}" y="8" fill="#6b7280">${escaped(name(layer, head))} \u00b7 darkest ${most.toFixed(2)}</text>`,
    ...columns.map((label, j) => {
      const x = round(left + (j + 0.5) * CELL + FONT / 3);
      return `<text transform="translate(${x} ${round(top - 5)}) rotate(-90)">${escaped(label)}</text>`;
    }),
    ...rows.map((label, i) => {
      const y = round(top + (i + 0.5) * CELL + FONT / 3);
      return `<text x="${round(left - 5)}" y="${y}" text-anchor="end">${escaped(label)}</text>`;
    }),
    ...weights.flatMap((row, i) =>
      row.flatMap((weight, j) => {
        // What would be white is left out.
        if (weight < most / 255) return [];
        const tip = `${rows[i]} ${relation} ${columns[j]}: ${weight.toFixed(3)}`;
        const at = `x="${round(left + j * CELL)}" y="${round(top + i * CELL)}"`;
        return `<rect ${at} width="${CELL - 1}" height="${CELL - 1}" fill="${colour(weight / most)}"><title>${escaped(tip)}</title></rect>`;
      }),
    ),
    `<rect x="${round(left - 0.5)}" y="${round(top - 0.5)}" width="${columns.length * CELL}" height="${rows.length * CELL}" fill="none" stroke="#d0d7de"/>`,
  ];
  return { width: left + columns.length * CELL, height: top + rows.length * CELL, parts };
}

export function name(layer: number, head: number | null): string {
  return head === null ? `layer ${layer}` : `layer ${layer}, head ${head}`;
}

function longest(labels: readonly string[]): number {
  return Math.max(...labels.map((label) => [...label].length));
}

function colour(share: number): string {
  const mixed = LIGHT.map((from, i) => Math.round(from + share * (DARK[i] - from)));
  return `#${mixed.map((v) => v.toString(16).padStart(2, '0')).join('')}`;
}

function round(x: number): number {
  return Number(x.toFixed(1));
}

function escaped(s: string): string {
  // Control characters are not allowed in XML at all.
  const printable = s.replace(/\p{Cc}/gu, '\ufffd');
  return printable.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
}
