import { expect, test } from '@jest/globals';
import { Random } from '../random.js';
import { standardized, standardizedBackward } from '../reference/norm.js';
import { type Allowed, expectRejects, expectWithin } from './bounds.js';
import { everyVariant } from './harness.js';

const EPS = 2 ** -23;
const eps = Math.fround(1e-5);
const largest = (v: ArrayLike<number>): number => Array.from(v).reduce((s, x) => Math.max(s, Math.abs(x)), 0);
const relativeTo = (v: ArrayLike<number>, c: number): Allowed => {
  const bound = c * EPS * Math.max(largest(v), 1);
  return () => bound;
};

// B, C, S, G: one group, instance normalization, and between; S around the vector
const SHAPES = [1, 2, 3, 4, 5, 7, 8, 9, 17, 64, 65, 131].flatMap((S) => [
  [1, 1, S, 1],
  [2, 6, S, 1],
  [2, 6, S, 2],
  [3, 5, S, 5],
]);

everyVariant('group_norm_f32', (fresh) => {
  test.each(SHAPES)('B %i, C %i, S %i, G %i', (B, C, S, G) => {
    const r = new Random(B + C + S + G);
    const total = B * C * S;
    const [x, dy] = [r.normal(total, 3), r.normal(total)];
    const [weight, bias, dw0, db0] = [r.uniform(C, 0.5, 1.5), r.normal(C), r.normal(C), r.normal(C)];
    const width = total / (B * G);
    const channelOf = (i: number): number => Math.floor(i / S) % C;
    const byRow = (f: (at: number) => Float64Array): Float64Array => {
      const out = new Float64Array(total);
      for (let at = 0; at < total; at += width) out.set(f(at), at);
      return out;
    };
    const h = byRow((at) => standardized(x.subarray(at, at + width), eps));
    for (const affine of [true, false]) {
      const w = (i: number): number => (affine ? weight[channelOf(i)] : 1);
      const b = fresh();
      const [px, pdy, y, dx] = [b.f32(x, 4), b.f32(dy), b.f32(total), b.f32(total)];
      const [pw, pb, pdw, pdb] = affine ? [b.f32(weight), b.f32(bias), b.f32(dw0), b.f32(db0)] : [0, 0, 0, 0];
      b.kernels.group_norm_f32(y, px, pw, pb, C, S, G, eps, 0, B * G);
      const expected = h.map((v, i) => v * w(i) + (affine ? bias[channelOf(i)] : 0));
      const got = b.readF32(y, total);
      expectWithin(got, expected, relativeTo(expected, 8));
      if (width > 2) expectRejects({ zeros: new Float64Array(total), x }, expected, relativeTo(expected, 8));

      b.kernels.group_norm_f32_backward(dx, pdw, pdb, pdy, px, pw, C, S, G, eps, 0, B * G);
      const g = Float64Array.from(dy, (v, i) => v * w(i));
      const gradient = byRow((at) =>
        standardizedBackward(g.subarray(at, at + width), x.subarray(at, at + width), eps),
      );
      const rstd = width < 3 ? 1 / Math.sqrt(eps) : 8; // few elements may lie close together
      expectWithin(b.readF32(dx, total), gradient, relativeTo([...gradient, rstd * largest(g)], 16), 'dx');
      if (affine) {
        const dw = Float64Array.from(dw0);
        const db = Float64Array.from(db0);
        for (let i = 0; i < total; i++) {
          dw[channelOf(i)] += dy[i] * h[i];
          db[channelOf(i)] += dy[i];
        }
        expectWithin(b.readF32(pdw, C), dw, relativeTo(dw, 32), 'dweight');
        expectWithin(b.readF32(pdb, C), db, relativeTo(db, 32), 'dbias');
        expectRejects({ 'not accumulated': dw.map((v, c) => v - dw0[c]) }, dw, relativeTo(dw, 32));
      }
      const result = b.readF32(dx, total);
      b.kernels.group_norm_f32_backward(pdy, 0, 0, pdy, px, pw, C, S, G, eps, 0, B * G);
      expect(b.readF32(pdy, total)).toEqual(result);
      b.kernels.group_norm_f32(px, px, pw, pb, C, S, G, eps, 1, B * G);
      const rest = (v: Float32Array): Float32Array => v.subarray(width);
      expect(rest(b.readF32(px, total))).toEqual(rest(got));
      expect(b.readF32(px, width)).toEqual(x.slice(0, width));
      b.checkGuards();
    }
  });
});
