// All heads of all layers at once, each as a small picture of its map: a choice of one.
import { h, themeColour, unique } from '../dom.js';
import { type Choice, largest, type Maps, meanOf, type Rows } from '../maps.js';

export interface HeadPicker {
  readonly element: HTMLElement;
  draw(maps: Maps, choice: Choice): void;
}

/** Pixels of a picture's longer side; CSS scales it. */
const SIZE = 96;

export function headPicker(onChoose: (choice: Choice) => void): HeadPicker {
  const legend = h('legend', {}, 'Layer and head');
  const grid = h('div', { class: 'grid' });
  const element = h('fieldset', { class: 'heads' }, legend, grid);
  const name = unique('head');
  let shape = '';
  let cells: { layer: number; head: number | null; input: HTMLInputElement; canvas: HTMLCanvasElement }[] =
    [];
  let last: Maps | null = null;

  function build({ layers }: Maps): void {
    cells = [];
    const rows = layers.map((heads, layer) => {
      const picks = [null, ...heads.keys()].map((head) => {
        const label = head === null ? 'mean' : String(head + 1);
        const input = h('input', {
          type: 'radio',
          name,
          class: 'unseen',
          'aria-label': `layer ${layer + 1}, ${head === null ? 'mean of all heads' : `head ${head + 1}`}`,
          change: () => onChoose({ layer, head }),
        });
        const canvas = h('canvas', { 'aria-hidden': 'true' });
        cells.push({ layer, head, input, canvas });
        return h(
          'label',
          {},
          input,
          h('span', { class: 'thumb' }, canvas),
          h('span', { class: 'name' }, label),
        );
      });
      return h('div', { class: 'layer' }, h('span', { class: 'name' }, `layer ${layer + 1}`), ...picks);
    });
    grid.replaceChildren(...rows);
  }

  const paint = (): void => {
    if (!last) return;
    const colours = { attention: themeColour(element, '--attention'), empty: themeColour(element, '--cell') };
    for (const { layer, head, canvas } of cells) {
      const heads = last.layers[layer];
      thumbnail(canvas, head === null ? meanOf(heads) : heads[head], colours);
    }
  };
  document.addEventListener('themechange', paint);

  return {
    element,
    draw(maps, choice) {
      const wanted = maps.layers.map((heads) => heads.length).join();
      if (wanted !== shape) build(maps);
      shape = wanted;
      last = maps;
      for (const cell of cells) cell.input.checked = cell.layer === choice.layer && cell.head === choice.head;
      paint();
    },
  };
}

function thumbnail(
  canvas: HTMLCanvasElement,
  rows: Rows,
  colours: { attention: string; empty: string },
): void {
  const [height, width] = [rows.length, rows[0].length];
  const zoom = SIZE / Math.max(height, width);
  canvas.width = Math.max(1, Math.round(width * zoom));
  canvas.height = Math.max(1, Math.round(height * zoom));
  const context = canvas.getContext('2d');
  if (!context) return;
  context.fillStyle = colours.empty;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = colours.attention;
  const most = largest(rows) || 1;
  rows.forEach((row, i) => {
    for (let j = 0; j < width; j++) {
      context.globalAlpha = Math.sqrt(row[j] / most);
      context.fillRect(j * zoom, i * zoom, zoom, zoom);
    }
  });
}
