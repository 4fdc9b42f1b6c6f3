import { describe, expect, test } from '@jest/globals';
import { dense, extent, offsets } from '../reference/strided.js';
import type { Four } from './broadcast.js';
import { type Bench, everyVariant } from './harness.js';
import { expectSame } from './same.js';

interface Case {
  name: string;
  shape: Four;
  x: Four;
  y: Four;
}

const four = (s: readonly number[]): Four => [s[0], s[1], s[2], s[3]];
const contiguous = (shape: Four): Four => four(dense(shape));

/** The (n2, n3) transpose of a dense (n3, n2), and the same into rows that lie apart. */
function transposes(rows: number, cols: number): Case[] {
  const shape: Four = [1, 2, rows, cols];
  const x: Four = [0, rows * cols + 3, 1, rows];
  return [
    { name: `transpose ${rows} x ${cols}`, shape, x, y: contiguous(shape) },
    { name: `transpose ${rows} x ${cols}, rows apart`, shape, x, y: four(dense(shape, 5)) },
  ];
}

const EDGES = [1, 3, 4, 5, 8, 11, 15, 16, 17, 33];
const cases: Case[] = [
  ...[1, 2, 3, 4, 5, 15, 16, 17, 63, 300, 1030].map((n): Case => {
    const shape: Four = [1, 1, 3, n];
    return { name: `rows of ${n}`, shape, x: [0, 0, n + 2, 1], y: contiguous(shape) };
  }),
  ...EDGES.flatMap((r) => EDGES.flatMap((c) => transposes(r, c))),
  { name: 'heads to the front', shape: [2, 3, 5, 8], x: [120, 8, 24, 1], y: contiguous([2, 3, 5, 8]) },
  { name: 'reversed dims', shape: [2, 3, 4, 5], x: [1, 2, 6, 24], y: contiguous([2, 3, 4, 5]) },
  { name: 'expanded', shape: [2, 3, 4, 5], x: [0, 5, 0, 1], y: contiguous([2, 3, 4, 5]) },
  { name: 'repeated scalar', shape: [1, 1, 2, 9], x: [0, 0, 1, 0], y: contiguous([1, 1, 2, 9]) },
  { name: 'every second', shape: [1, 1, 3, 7], x: [0, 0, 14, 2], y: contiguous([1, 1, 3, 7]) },
  { name: 'into a slice', shape: [1, 2, 3, 5], x: contiguous([1, 2, 3, 5]), y: [0, 47, 11, 1] },
  { name: 'into every third', shape: [1, 1, 3, 5], x: contiguous([1, 1, 3, 5]), y: [0, 0, 17, 3] },
  { name: 'prime strides', shape: [2, 3, 2, 7], x: [331, 97, 41, 5], y: [307, 101, 37, 2] },
  { name: 'no elements', shape: [2, 3, 4, 0], x: contiguous([2, 3, 4, 0]), y: contiguous([2, 3, 4, 0]) },
  { name: 'no rows', shape: [2, 0, 0, 4], x: contiguous([2, 0, 0, 4]), y: contiguous([2, 0, 0, 4]) },
];

const widths = {
  copy_strided_32: {
    put: (m: Bench, v: Numbers) => m.i32(v),
    get: (m: Bench, p: number, n: number) => m.readI32(p, n),
    of: (i: number) => i * 65537 + 1,
  },
  copy_strided_16: {
    put: (m: Bench, v: Numbers) => m.u16(v),
    get: (m: Bench, p: number, n: number) => new Uint16Array(m.readU8(p, n * 2).buffer),
    of: (i: number) => (i * 257 + 1) & 0xffff,
  },
  copy_strided_8: {
    put: (m: Bench, v: Numbers) => m.u8(v),
    get: (m: Bench, p: number, n: number) => m.readU8(p, n),
    of: (i: number) => (i * 7 + 1) & 0xff,
  },
};
type Numbers = ArrayLike<number>;
const names = Object.keys(widths) as (keyof typeof widths)[];

everyVariant('copy_strided', (fresh) => {
  describe.each(names)('%s', (name) => {
    const { put, get, of } = widths[name];
    /** Copies rows [begin, end) and says what y holds before, after, and should hold. */
    const run = (c: Case, begin: number, end: number) => {
      const m = fresh();
      const x = Array.from({ length: extent(c.shape, c.x) }, (_, i) => of(i));
      const before = new Array<number>(extent(c.shape, c.y)).fill(of(9991));
      const y = put(m, before);
      m.kernels[name](y, put(m, x), ...c.shape, ...c.y, ...c.x, begin, end);
      const expected = [...before];
      const from = offsets(c.shape, c.x);
      const to = offsets(c.shape, c.y);
      for (let i = begin * c.shape[3]; i < end * c.shape[3]; i++) expected[to[i]] = x[from[i]];
      m.checkGuards();
      return { got: get(m, y, before.length), expected };
    };

    test('every layout, and nothing between the rows', () => {
      for (const c of cases) {
        const { got, expected } = run(c, 0, c.shape[0] * c.shape[1] * c.shape[2]);
        expectSame(got, expected, c.name);
      }
    });

    test('any part of the rows', () => {
      for (const c of cases.filter((k) => k.shape[2] > 4)) {
        const rows = c.shape[0] * c.shape[1] * c.shape[2];
        for (const [b, e] of [
          [1, rows],
          [0, rows - 1],
          [3, 5],
          [rows - 2, rows],
          [2, 2],
        ]) {
          const { got, expected } = run(c, b, e);
          expectSame(got, expected, `${c.name}, rows ${b} to ${e}`);
        }
      }
    });
  });

  test('runs backwards through negative strides', () => {
    const m = fresh();
    const x = m.i32([1, 2, 3, 4, 5, 6]);
    const y = m.i32([0, 0, 0, 0, 0, 0]);
    m.kernels.copy_strided_32(y, x + 5 * 4, 1, 1, 2, 3, 0, 0, 3, 1, 0, 0, -3, -1, 0, 2);
    expect(Array.from(m.readI32(y, 6))).toEqual([6, 5, 4, 3, 2, 1]);
  });
});
