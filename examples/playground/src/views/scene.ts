// A field of small strokes in two colours and two directions, lit by where somebody looks.
import { h, s } from '../dom.js';
import { percent } from '../maps.js';

export interface Item {
  readonly warm: boolean;
  readonly rising: boolean;
}

export interface Scene {
  readonly element: HTMLElement;
  /** @param light for each item; null lights all alike */
  draw(items: readonly Item[], light: readonly number[] | null): void;
}

const CELL = 40;

export function named({ warm, rising }: Item): string {
  return `${warm ? 'orange' : 'blue'} ${rising ? 'rising' : 'falling'}`;
}

/** A picture of the field. */
export function litScene(columns: number, rows: number, describe: (top: string) => string): Scene {
  const svg = s('svg', { class: 'scene', role: 'img', viewBox: `0 0 ${columns * CELL} ${rows * CELL}` });
  return {
    element: svg as unknown as HTMLElement,
    draw(items, light) {
      const most = light ? Math.max(...light) : 1;
      const cells = items.map((item, i) => {
        const share = light ? light[i] / most : 1;
        const at = `translate(${((i % columns) + 0.5) * CELL} ${(Math.floor(i / columns) + 0.5) * CELL})`;
        return s(
          'g',
          { transform: at },
          s('circle', {
            r: (6 + 13 * Math.sqrt(share)).toFixed(1),
            class: 'halo',
            opacity: share.toFixed(3),
          }),
          // What is not looked at is still there, dimly.
          mark(item, 0.22 + 0.78 * share),
        );
      });
      svg.replaceChildren(...cells);
      const top = light ? light.indexOf(most) : -1;
      const place = `row ${Math.floor(top / columns) + 1}, column ${(top % columns) + 1}`;
      svg.setAttribute(
        'aria-label',
        describe(light ? `${place}, ${named(items[top])}, ${percent(most)}` : ''),
      );
    },
  };
}

/** The field to play with: a grid of buttons, of which the arrow keys reach all and the tab key one. */
export function editableScene(columns: number, rows: number, onPress: (index: number) => void): Scene {
  const buttons = Array.from({ length: rows * columns }, (_, i) =>
    h('button', { type: 'button', tabindex: i === 0 ? 0 : -1, click: () => onPress(i) }),
  );
  const element = h(
    'div',
    { class: 'scene editable', role: 'grid', 'aria-label': 'The scene: press an item to change it' },
    ...Array.from({ length: rows }, (_, r) =>
      h(
        'div',
        { role: 'row' },
        ...buttons.slice(r * columns, (r + 1) * columns).map((b) => h('div', { role: 'gridcell' }, b)),
      ),
    ),
  );
  element.style.setProperty('--columns', String(columns));
  element.addEventListener('keydown', (event) => {
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (at < 0 || step === undefined || !buttons[at + step]) return;
    event.preventDefault();
    buttons[at].tabIndex = -1;
    buttons[at + step].tabIndex = 0;
    buttons[at + step].focus();
  });
  return {
    element,
    draw(items) {
      items.forEach((item, i) => {
        const half = CELL / 2;
        const icon = s(
          'svg',
          { viewBox: `${-half} ${-half} ${CELL} ${CELL}`, 'aria-hidden': 'true' },
          mark(item, 1),
        );
        buttons[i].replaceChildren(icon);
        buttons[i].setAttribute('aria-label', named(item));
      });
    },
  };
}

function mark({ warm, rising }: Item, opacity: number): SVGElement {
  const y = rising ? 9 : -9;
  return s('line', {
    x1: -9,
    y1: y,
    x2: 9,
    y2: -y,
    class: warm ? 'warm' : 'cool',
    opacity: opacity.toFixed(3),
  });
}
