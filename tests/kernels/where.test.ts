import { expect, test } from '@jest/globals';
import { Random } from '../random.js';
import { extent, through } from '../reference/strided.js';
import { type Four, layouts } from './broadcast.js';
import { everyVariant } from './harness.js';
import { expectSame } from './same.js';

everyVariant('where_32', (fresh) => {
  const conditions: [string, (n: Four) => Four][] = [
    ['dense condition', ([, n1, n2, n3]) => [n1 * n2 * n3, n2 * n3, n3, 1]],
    ['one condition a row', ([, n1, n2]) => [n1 * n2, n2, 1, 0]],
    ['condition in steps of three', ([, n1, n2, n3]) => [n1 * n2 * n3 * 3, n2 * n3 * 3, n3 * 3, 3]],
  ];
  test.each(conditions)('%s, every layout', (_, stridesOf) => {
    layouts.forEach((l, seed) => {
      const m = fresh();
      const r = new Random(seed);
      const c4 = stridesOf(l.shape);
      const cond = Uint8Array.from({ length: extent(l.shape, c4) }, () => [0, 0, 1, 128, 255][r.int(5)]);
      const a = r.uniform(extent(l.shape, l.a));
      const b = r.uniform(extent(l.shape, l.b));
      const wide = through(cond, l.shape, c4);
      const y = m.f32(wide.length);
      const rows = l.shape[0] * l.shape[1] * l.shape[2];
      m.kernels.where_32(y, m.u8(cond), m.f32(a), m.f32(b), ...l.shape, ...c4, ...l.a, ...l.b, 0, rows);
      const wideA = through(a, l.shape, l.a);
      const wideB = through(b, l.shape, l.b);
      const expected = wide.map((c, i) => (c ? wideA[i] : wideB[i]));
      const got = m.readF32(y, expected.length);
      expectSame(got, expected, l.name);
      if (wide.includes(0)) expect(() => expectSame(got, wideA)).toThrow();
      m.checkGuards();
    });
  });

  test('moves integers and NaN untouched, in place, over the asked rows', () => {
    const m = fresh();
    const a = m.i32([0x7fa00001, -1, 5, 6, 7, 0x7fa00002]); // the first is a signalling NaN
    const cond = m.u8([1, 0, 1, 1, 0, 0]);
    const zero = m.i32([9]);
    m.kernels.where_32(a, cond, a, zero, 1, 1, 2, 3, 0, 0, 3, 1, 0, 0, 3, 1, 0, 0, 0, 0, 0, 1);
    expect(Array.from(m.readI32(a, 6))).toEqual([0x7fa00001, 9, 5, 6, 7, 0x7fa00002]);
    m.checkGuards();
  });
});
