// Inputs and a query in the plane: the query can be dragged, inputs swell with the weight that they get.
import { s } from '../dom.js';

export type Point = readonly [x: number, y: number];

export interface PlaneData {
  readonly inputs: readonly { readonly name: string; readonly at: Point; readonly weight: number }[];
  readonly query: Point;
  readonly read: Point;
}

export interface Plane {
  readonly element: SVGSVGElement;
  draw(data: PlaneData): void;
}

/** Pixels of a unit; the plane shows -1.25 to 1.25. */
const UNIT = 150;
const EDGE = 1.25;

/** @param onDrag where the query was dragged to; the sliders beside it do the same for the keyboard */
export function plane(onDrag: (to: Point) => void): Plane {
  const half = UNIT * EDGE;
  const element = s('svg', {
    class: 'plane',
    role: 'img',
    viewBox: `${-half} ${-half} ${2 * half} ${2 * half}`,
  });
  const point = (event: PointerEvent): Point => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const clamp = (v: number): number => Math.max(-1, Math.min(1, v));
    return [
      clamp(((event.clientX - left) / width - 0.5) * 2 * EDGE),
      clamp((0.5 - (event.clientY - top) / height) * 2 * EDGE),
    ];
  };
  element.addEventListener('pointerdown', (event) => {
    element.setPointerCapture(event.pointerId);
    onDrag(point(event));
  });
  element.addEventListener('pointermove', (event) => {
    if (element.hasPointerCapture(event.pointerId)) onDrag(point(event));
  });
  return {
    element,
    draw({ inputs, query, read }) {
      const to = ([x, y]: Point): { x: number; y: number } => ({ x: x * UNIT, y: -y * UNIT });
      const [q, r] = [to(query), to(read)];
      element.replaceChildren(
        s('circle', { r: UNIT, class: 'axis' }),
        s('line', { x1: -half, y1: 0, x2: half, y2: 0, class: 'axis' }),
        s('line', { x1: 0, y1: -half, x2: 0, y2: half, class: 'axis' }),
        ...inputs.map(({ at, weight }) => {
          const p = to(at);
          const width = (0.5 + 7 * weight).toFixed(2);
          return s('line', { x1: r.x, y1: r.y, x2: p.x, y2: p.y, class: 'pull', 'stroke-width': width });
        }),
        ...inputs.map(({ name, at, weight }) => {
          const p = to(at);
          return s(
            'g',
            { transform: `translate(${p.x} ${p.y})` },
            s('circle', { r: (8 + 22 * Math.sqrt(weight)).toFixed(1), class: 'input' }),
            s('text', { dy: 5, class: 'label' }, name),
          );
        }),
        s('line', { x1: 0, y1: 0, x2: q.x, y2: q.y, class: 'query' }),
        s('circle', { cx: q.x, cy: q.y, r: 11, class: 'query' }),
        s('text', { x: q.x, y: q.y + 5, class: 'label on' }, 'q'),
        s('rect', {
          x: -8,
          y: -8,
          width: 16,
          height: 16,
          class: 'read',
          transform: `translate(${r.x} ${r.y}) rotate(45)`,
        }),
      );
      const weights = inputs.map(({ name, weight }) => `${name} ${Math.round(100 * weight)} %`).join(', ');
      element.setAttribute('aria-label', `Inputs and a query in the plane. Weights: ${weights}.`);
    },
  };
}
