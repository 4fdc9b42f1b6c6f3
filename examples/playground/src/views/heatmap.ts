// A map as a picture: a row for each that looks, a column for each that is looked at, the stronger the brighter.
import { h, themeColour } from '../dom.js';
import { largest, percent, type Rows, visible } from '../maps.js';

export interface HeatmapData {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly weights: Rows;
  readonly chosen: number;
  /** for those who do not see it */
  readonly description: string;
}

export interface Heatmap {
  readonly element: HTMLElement;
  draw(data: HeatmapData): void;
}

const MARGIN = { left: 34, top: 24 };
/** Pixels of a cell at most. */
const LARGEST = 34;
/** Below it, labels would run into each other. */
const READABLE = 10;

/** @param onChoose a row that was pressed; the tokens beside it are the same choice for the keyboard */
export function heatmap(onChoose: (row: number) => void): Heatmap {
  const canvas = h('canvas', { role: 'img' });
  const under = h('p', { class: 'under' });
  const scale = h('span', { class: 'scale', 'aria-hidden': 'true' });
  const most = h('span');
  const legend = h('p', { class: 'legend' }, h('span', {}, '0'), scale, most);
  const element = h('div', { class: 'heatmap' }, canvas, legend, under);
  let data: HeatmapData | null = null;
  let geometry = { cell: 0, left: 0, top: 0 };

  const cellAt = (event: MouseEvent): { i: number; j: number } | null => {
    if (!data) return null;
    const { left, top, width } = canvas.getBoundingClientRect();
    const zoom = canvas.clientWidth / (width || 1);
    const i = Math.floor(((event.clientY - top) * zoom - geometry.top) / geometry.cell);
    const j = Math.floor(((event.clientX - left) * zoom - geometry.left) / geometry.cell);
    return i >= 0 && j >= 0 && i < data.rows.length && j < data.columns.length ? { i, j } : null;
  };
  const tell = (cell: { i: number; j: number } | null): void => {
    under.textContent =
      cell && data
        ? `\u201c${visible(data.rows[cell.i])}\u201d \u2192 \u201c${visible(data.columns[cell.j])}\u201d  ${percent(data.weights[cell.i][cell.j])}`
        : 'Point at a cell to read it; press one to choose its row.';
  };
  canvas.addEventListener('pointermove', (event) => tell(cellAt(event)));
  canvas.addEventListener('pointerleave', () => tell(null));
  canvas.addEventListener('click', (event) => {
    const cell = cellAt(event);
    if (cell) onChoose(cell.i);
  });

  function paint(): void {
    if (!data || element.clientWidth === 0) return;
    const { rows, columns, weights, chosen } = data;
    const fits = (margin: number): number => (element.clientWidth - margin) / columns.length;
    const labelled = fits(MARGIN.left) >= READABLE;
    const [left, top] = labelled ? [MARGIN.left, MARGIN.top] : [6, 6];
    const cell = Math.min(LARGEST, fits(left + 2));
    geometry = { cell, left, top };
    const [width, height] = [left + cell * columns.length + 2, top + cell * rows.length + 2];
    const density = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const context = canvas.getContext('2d');
    if (!context) return;
    context.scale(density, density);
    const [ink, muted, attention, empty, query] = [
      '--ink',
      '--muted',
      '--attention',
      '--cell',
      '--query',
    ].map((property) => themeColour(element, property));
    const top1 = largest(weights) || 1;
    const gap = cell > 6 ? 1 : 0;
    const box = (i: number, j: number): void =>
      context.fillRect(left + j * cell, top + i * cell, cell - gap, cell - gap);
    context.fillStyle = empty;
    // Cells too small for a gap are one ground: their edges would show as a mesh.
    if (gap === 0) context.fillRect(left, top, cell * columns.length, cell * rows.length);
    else for (let i = 0; i < rows.length; i++) for (let j = 0; j < columns.length; j++) box(i, j);
    context.fillStyle = attention;
    weights.forEach((row, i) => {
      for (let j = 0; j < columns.length; j++) {
        // The root lifts what is faint to where it can be seen; the scale beside it is drawn the same way.
        context.globalAlpha = Math.sqrt(row[j] / top1);
        if (row[j] > 0) box(i, j);
      }
    });
    context.globalAlpha = 1;
    context.strokeStyle = query;
    context.lineWidth = 2;
    context.strokeRect(left - 1, top + chosen * cell - 1, cell * columns.length + 1, cell + 1);
    if (labelled) {
      context.font = `${Math.min(13, cell * 0.85)}px ui-monospace, "Liberation Mono", monospace`;
      context.textAlign = 'center';
      columns.forEach((label, j) => {
        context.fillStyle = weights[chosen][j] > 0.1 ? ink : muted;
        context.fillText(short(visible(label), cell), left + (j + 0.5) * cell, top - 8);
      });
      context.textAlign = 'right';
      rows.forEach((label, i) => {
        context.fillStyle = i === chosen ? ink : muted;
        context.fillText(short(visible(label), 30), left - 8, top + (i + 0.5) * cell + 4);
      });
    }
    most.textContent = percent(top1);
  }

  new ResizeObserver(paint).observe(element);
  document.addEventListener('themechange', paint);
  tell(null);
  return {
    element,
    draw(next) {
      data = next;
      canvas.setAttribute('aria-label', next.description);
      paint();
    },
  };
}

function short(label: string, room: number): string {
  return label.length * 7 <= room || label.length <= 2
    ? label
    : `${label.slice(0, Math.max(1, Math.floor(room / 8)))}`;
}
