// Arcs between tokens, drawn over the text wherever its lines broke.  The stronger the attention, the wider.
import { s } from '../dom.js';

export interface Arc {
  readonly from: HTMLElement;
  readonly to: HTMLElement;
  /** 0 to 1 */
  readonly weight: number;
  /** one of the chosen token, or of any other */
  readonly main: boolean;
}

export interface Arcs {
  draw(arcs: readonly Arc[]): void;
}

/** @param stage what the tokens stand in; its position is relative */
export function arcsOver(stage: HTMLElement): Arcs {
  const svg = s('svg', { class: 'arcs', 'aria-hidden': 'true', focusable: 'false' });
  stage.append(svg);
  let last: readonly Arc[] = [];
  const paint = (): void => {
    const { left, top, width, height } = stage.getBoundingClientRect();
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const paths = last.map(({ from, to, weight, main }) => {
      const [a, b] = [from.getBoundingClientRect(), to.getBoundingClientRect()];
      const d = path(a, b, left, top);
      const width = (0.5 + 5.5 * weight).toFixed(2);
      return s('path', {
        d,
        class: main ? 'main' : 'rest',
        'stroke-width': width,
        'stroke-opacity': opacity(weight, main),
      });
    });
    svg.replaceChildren(...paths);
  };
  // Lines break elsewhere when the stage gets another width.
  new ResizeObserver(paint).observe(stage);
  return {
    draw(arcs) {
      last = arcs;
      paint();
    },
  };
}

function opacity(weight: number, main: boolean): string {
  return (main ? 0.25 + 0.75 * weight : 0.35 * weight).toFixed(3);
}

/** From the token that looks to the one that is looked at. */
function path(from: DOMRect, to: DOMRect, left: number, top: number): string {
  const [x1, x2] = [from.left + from.width / 2 - left, to.left + to.width / 2 - left];
  const below = from.top > to.bottom;
  const above = from.bottom < to.top;
  if (below || above) {
    const [y1, y2] = below ? [from.top - top, to.bottom - top] : [from.bottom - top, to.top - top];
    const middle = (y1 + y2) / 2;
    return `M${x1},${y1} C${x1},${middle} ${x2},${middle} ${x2},${y2}`;
  }
  // In one line: over the tops of the tokens between them.
  const y = Math.min(from.top, to.top) - top;
  const rise = Math.min(34, 9 + Math.abs(x1 - x2) / 5);
  if (x1 === x2) return `M${x1 - 5},${y} C${x1 - 12},${y - 16} ${x1 + 12},${y - 16} ${x1 + 5},${y}`;
  return `M${x1},${y} C${x1},${y - rise} ${x2},${y - rise} ${x2},${y}`;
}
