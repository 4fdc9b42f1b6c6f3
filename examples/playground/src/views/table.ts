// The numbers of a map as a table, for screen readers and for those who want to know exactly.
import { h } from '../dom.js';
import { percent, type Rows, spoken, visible } from '../maps.js';

export interface WeightTable {
  readonly element: HTMLElement;
  draw(rows: readonly string[], columns: readonly string[], weights: Rows, chosen: number): void;
}

/** A larger map is shown row by row: nobody reads 16,384 cells. */
const MOST_CELLS = 900;

export function weightTable(): WeightTable {
  const holder = h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Table of weights' });
  const element = h('details', { class: 'numbers' }, h('summary', {}, 'The same as a table'), holder);
  let fill: (() => void) | null = null;
  const refresh = (): void => {
    // Filled when it is opened: most visitors never do.
    if (element.open) fill?.();
  };
  element.addEventListener('toggle', refresh);
  return {
    element,
    draw(rows, columns, weights, chosen) {
      fill = () =>
        holder.replaceChildren(
          rows.length * columns.length <= MOST_CELLS
            ? whole(rows, columns, weights)
            : single(rows[chosen], columns, weights[chosen]),
        );
      refresh();
    },
  };
}

function whole(rows: readonly string[], columns: readonly string[], weights: Rows): HTMLTableElement {
  return h(
    'table',
    {},
    h('caption', {}, 'Each row looks at the columns; weights in percent.'),
    h('thead', {}, h('tr', {}, h('td'), ...columns.map((c) => h('th', { scope: 'col' }, visible(c))))),
    h(
      'tbody',
      {},
      ...rows.map((row, i) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, visible(row)),
          ...Array.from(weights[i], (w) => h('td', {}, (100 * w).toFixed(1))),
        ),
      ),
    ),
  );
}

function single(row: string, columns: readonly string[], weights: ArrayLike<number>): HTMLTableElement {
  const cells = columns.flatMap((column, j) =>
    weights[j] > 0.0005
      ? [
          h(
            'tr',
            {},
            h('td', {}, String(j + 1)),
            h('th', { scope: 'row' }, visible(column)),
            h('td', {}, percent(weights[j])),
          ),
        ]
      : [],
  );
  return h(
    'table',
    {},
    h('caption', {}, `What the chosen \u201c${spoken(row)}\u201d looks at; the rest is under 0.05 %.`),
    h(
      'thead',
      {},
      h('tr', {}, ...['place', 'token', 'weight'].map((title) => h('th', { scope: 'col' }, title))),
    ),
    h('tbody', {}, ...cells),
  );
}
