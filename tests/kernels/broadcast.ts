// The grid of operands on which the kernels with broadcasting are tried.
import { Random } from '../random.js';
import { extent, through } from '../reference/strided.js';

export type Four = [number, number, number, number];

export interface Layout {
  name: string;
  shape: Four;
  a: Four;
  b: Four;
}

/** Lengths below, at and above four lanes, and a few rows of them. */
const LENGTHS = [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17];

export const layouts: Layout[] = [
  ...LENGTHS.flatMap((n): Layout[] => [
    { name: `dense ${n}`, shape: [1, 1, 1, n], a: [n, n, n, 1], b: [n, n, n, 1] },
    { name: `scalar b ${n}`, shape: [1, 1, 3, n], a: [3 * n, 3 * n, n, 1], b: [0, 0, 0, 0] },
    { name: `scalar a ${n}`, shape: [1, 1, 3, n], a: [0, 0, 0, 0], b: [3 * n, 3 * n, n, 1] },
    { name: `bias ${n}`, shape: [1, 1, 5, n], a: [5 * n, 5 * n, n, 1], b: [0, 0, 0, 1] },
    { name: `column ${n}`, shape: [1, 2, 3, n], a: [0, 0, 1, 0], b: [0, 3 * n, n, 1] },
    { name: `prime strides ${n}`, shape: [2, 3, 2, n], a: [331, 97, 41, 2], b: [307, 101, 37, 1] },
    { name: `both scalar ${n}`, shape: [1, 1, 2, n], a: [0, 0, 1, 0], b: [0, 0, 0, 0] },
  ]),
  { name: 'attention mask', shape: [2, 3, 4, 6], a: [72, 24, 6, 1], b: [6, 0, 0, 1] },
  { name: 'transposed', shape: [1, 1, 6, 7], a: [0, 0, 1, 6], b: [0, 0, 7, 1] },
  { name: 'empty row', shape: [1, 2, 3, 0], a: [0, 0, 0, 1], b: [0, 0, 0, 1] },
  { name: 'no rows', shape: [2, 0, 0, 5], a: [0, 0, 5, 1], b: [0, 0, 5, 1] },
];

export const rowsOf = ({ shape }: Layout): number => shape[0] * shape[1] * shape[2];

/** Values with many ties, signs and, for pow, whole exponents. */
function values(r: Random, n: number): Float32Array {
  return Float32Array.from({ length: n }, () => (r.int(3) === 0 ? r.int(5) - 2 : 4 * r.next() - 2));
}

export function operands(l: Layout, seed: number) {
  const r = new Random(seed);
  const a = values(r, extent(l.shape, l.a));
  const b = values(r, extent(l.shape, l.b));
  return { a, b, wideA: through(a, l.shape, l.a), wideB: through(b, l.shape, l.b) };
}
