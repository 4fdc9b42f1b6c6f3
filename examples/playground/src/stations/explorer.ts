// Everything about one set of maps: the tokens with arcs between them, what that says in words, all heads to choose
// from, the map itself, and its numbers.  Whatever is chosen in one of them is chosen in all.
import { h } from '../dom.js';
import { type Choice, chosen, type Maps, percent, spoken, spread, strongest } from '../maps.js';
import { type Arc, arcsOver } from '../views/arcs.js';
import { headPicker } from '../views/heads.js';
import { heatmap } from '../views/heatmap.js';
import { weightTable } from '../views/table.js';
import { type TokenStrip, tokenStrip } from '../views/tokens.js';

export interface ExplorerOptions {
  /** names of what looks and of what is looked at, e.g. `written` and `read` */
  readonly rows: string;
  readonly columns: string;
  /** rows and columns are the same tokens: one line of them will do */
  readonly own?: boolean;
  readonly running?: boolean;
  /** begins the sentence about a row, e.g. "To write “5”, it looks" */
  readonly verb: (token: string, row: number) => string;
  readonly onRow?: (row: number, strips: { columns: TokenStrip }) => void;
}

export interface Explorer {
  readonly element: HTMLElement;
  /** @param row the one to choose; default the one that is chosen, as far as there is one */
  show(maps: Maps, options: ExplorerOptions, row?: number): void;
  choose(row: number): void;
  readonly row: number;
}

/** Weights under it give no arc: the picture would be a thicket. */
const FAINT = 0.03;

/** @param first the map that is shown before another is chosen; default the mean of the last layer */
export function explorer(first?: Choice): Explorer {
  const strips = h('div', { class: 'strips' });
  const stage = h('div', { class: 'stage' }, strips);
  const arcs = arcsOver(stage);
  const words = h('p', { class: 'sentence', 'aria-live': 'polite' });
  const everyArc = h('input', { type: 'checkbox', change: () => point(shown) });
  const all = h('label', { class: 'check' }, everyArc, 'arcs of all tokens');
  const picture = heatmap((row) => choose(row));
  const table = weightTable();
  const heads = headPicker((choice) => {
    which = choice;
    redraw();
  });
  const element = h(
    'div',
    { class: 'explorer' },
    stage,
    h('div', { class: 'saying' }, words, all),
    h('div', { class: 'pictures' }, heads.element, picture.element),
    table.element,
  );

  let maps: Maps | null = null;
  let options: ExplorerOptions | null = null;
  let which: Choice = first ?? { layer: -1, head: null };
  let lines: { rows: TokenStrip; columns: TokenStrip } | null = null;
  let [row, shown] = [0, 0];

  function show(next: Maps, how: ExplorerOptions, at = row): void {
    const same =
      maps &&
      lines &&
      options?.own === how.own &&
      equal(maps.rows, next.rows) &&
      equal(maps.columns, next.columns);
    [maps, options] = [next, how];
    if (!next.layers[which.layer] || (which.head ?? 0) >= next.layers[which.layer].length)
      which = { layer: next.layers.length - 1, head: null };
    if (!same) build(next, how);
    heads.element.hidden = next.layers.length === 1 && next.layers[0].length === 1;
    element.classList.toggle('single', heads.element.hidden);
    row = Math.min(at, next.rows.length - 1);
    redraw();
  }

  function build(next: Maps, { rows, columns, own = false, running }: ExplorerOptions): void {
    const looks = tokenStrip({ tokens: next.rows, legend: `Tokens ${rows}`, onChoose: choose, running });
    const looked = own ? looks : tokenStrip({ tokens: next.columns, legend: `Tokens ${columns}`, running });
    lines = { rows: looks, columns: looked };
    const titled = (title: string, { element }: TokenStrip): HTMLElement =>
      h('div', { class: 'strip' }, h('span', { class: 'name', 'aria-hidden': 'true' }, title), element);
    strips.replaceChildren(...(own ? [looks.element] : [titled(columns, looked), titled(rows, looks)]));
    next.rows.forEach((_, i) => {
      // A mouse that passes over a token shows its row; the chosen one comes back when it leaves.
      looks.at(i).addEventListener('pointerenter', (event) => {
        if (event.pointerType === 'mouse') point(i);
      });
      looks.at(i).addEventListener('pointerleave', () => point(row));
    });
  }

  function redraw(): void {
    if (!maps) return;
    heads.draw(maps, which);
    choose(row);
  }

  function choose(at: number): void {
    row = at;
    lines?.rows.choose(at);
    point(at);
  }

  /** Shows what a row looks at. */
  function point(at: number): void {
    if (!maps || !options || !lines) return;
    shown = at;
    const weights = chosen(maps, which);
    const { rows, columns } = lines;
    columns.glow(weights[at]);
    const arc = (i: number, main: boolean): Arc[] =>
      Array.from(weights[i]).flatMap((weight, j) =>
        weight >= FAINT ? [{ from: rows.at(i), to: columns.at(j), weight, main }] : [],
      );
    const others = everyArc.checked ? maps.rows.flatMap((_, i) => (i === at ? [] : arc(i, false))) : [];
    arcs.draw([...others, ...arc(at, true)]);
    const saying = sentence(maps, weights[at], options.verb(spoken(maps.rows[at]), at));
    words.textContent = saying;
    const title =
      which.head === null
        ? `layer ${which.layer + 1}, mean`
        : `layer ${which.layer + 1}, head ${which.head + 1}`;
    const description = `Heat map, ${title}: ${maps.rows.length} rows, ${maps.columns.length} columns. ${saying}`;
    picture.draw({ rows: maps.rows, columns: maps.columns, weights, chosen: at, description });
    table.draw(maps.rows, maps.columns, weights, at);
    options.onRow?.(at, { columns });
  }

  return {
    element,
    show,
    choose,
    get row() {
      return row;
    },
  };
}

function sentence({ columns }: Maps, weights: ArrayLike<number>, beginning: string): string {
  const top = strongest(weights, 3).filter(({ weight }) => weight >= 0.05);
  const named = top.map(({ at, weight }) => `\u201c${spoken(columns[at])}\u201d ${percent(weight)}`);
  const over = spread(weights);
  const wide = over < 1.5 ? 'hardly anything else' : `spread over about ${Math.round(over)} tokens`;
  if (top.length === 0) return `${beginning} everywhere a little: ${wide}.`;
  return `${beginning} most at ${named.join(', ')}; ${wide}.`;
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}
