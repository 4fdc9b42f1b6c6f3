import { describe, expect, test } from '@jest/globals';
import { Reduce } from '../../src/ops/kinds.js';
import { ulpError } from '../close.js';
import { Random } from '../random.js';
import { reduce, terms } from '../reference/reduce.js';
import { everyVariant } from './harness.js';
import { expectSame } from './same.js';

const kinds = Object.keys(Reduce) as (keyof typeof Reduce)[];
/** Around 4, 8 and 16 lanes. */
const ROWS = [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 15, 16, 17, 31, 32, 33, 48, 67, 257];
const INNER = [2, 3, 4, 5, 7, 15, 16, 17, 20, 35];

/** Throws unless `got` is as exact as the header of reduce.ts promises for the exact result. */
function expectReduced(kind: keyof typeof Reduce, got: number, truth: number, what: string): void {
  const limit = kind === 'max' || kind === 'min' ? 0 : kind === 'logsumexp' ? 1 : 0.51;
  const near = kind === 'logsumexp' && Math.abs(got - truth) <= 2 ** -23;
  const error = ulpError(got, truth);
  if (!near && !(error <= limit)) throw new Error(`${kind} ${what}: ${got} is ${error} ulp from ${truth}`);
}

everyVariant('reduce_f32', (fresh) => {
  describe.each(kinds)('%s', (kind) => {
    const run = (x: ArrayLike<number>, n: number, inner: number, stride: number, outer: number) => {
      const m = fresh();
      const y = m.f32(outer * inner, 4);
      m.kernels.reduce_f32(y, m.f32(x, 8), Reduce[kind], n, inner, stride, 0, outer * inner);
      m.checkGuards();
      return m.readF32(y, outer * inner);
    };

    test('rows of every length, apart by a prime stride', () => {
      for (const n of ROWS) {
        const stride = n + 5;
        const x = new Random(n).uniform(3 * stride, -2, 2);
        run(x, n, 1, stride, 3).forEach((g, o) => {
          expectReduced(kind, g, reduce[kind](terms(x, o, 0, n, 1, stride)), `row of ${n}`);
        });
      }
    });

    test('a middle dimension', () => {
      for (const inner of INNER)
        for (const n of [1, 2, 7, 33]) {
          const x = new Random(n + inner).uniform(2 * n * inner, -2, 2);
          run(x, n, inner, n * inner, 2).forEach((g, e) => {
            const t = terms(x, Math.floor(e / inner), e % inner, n, inner);
            expectReduced(kind, g, reduce[kind](t), `column ${e % inner} of ${n} x ${inner}`);
          });
        }
    });

    test('the bound is able to fail', () => {
      const x = Array.from(new Random(9).uniform(37, 0.5, 2));
      const truth = reduce[kind](x);
      const dropped = kind === 'max' || kind === 'min' ? x.filter((v) => v !== truth) : x.slice(0, -1);
      expect(() => expectReduced(kind, 0, truth, 'zero')).toThrow();
      expect(() => expectReduced(kind, Math.fround(reduce[kind](dropped)), truth, 'dropped')).toThrow();
    });

    test('does not depend on how the range is split', () => {
      for (const [outer, n, inner] of [
        [7, 19, 1],
        [2, 5, 37],
        [3, 4, 6],
      ]) {
        const x = new Random(inner).uniform(outer * n * inner);
        const m = fresh();
        const px = m.f32(x);
        const y = m.f32(outer * inner);
        const cut = Math.floor((outer * inner) / 2) + 1;
        m.kernels.reduce_f32(y, px, Reduce[kind], n, inner, n * inner, 0, 1);
        m.kernels.reduce_f32(y, px, Reduce[kind], n, inner, n * inner, 1, cut);
        m.kernels.reduce_f32(y, px, Reduce[kind], n, inner, n * inner, cut, outer * inner);
        expectSame(m.readF32(y, outer * inner), run(x, n, inner, n * inner, outer));
      }
    });

    test('appended neutral terms do not change a bit', () => {
      if (kind === 'mean' || kind === 'min') return; // they have none
      const neutral = kind === 'prod' ? 1 : kind === 'max' || kind === 'logsumexp' ? -Infinity : 0;
      const x = new Random(4).normal(45);
      const alone = run(x, 45, 1, 45, 1);
      for (const more of [1, 2, 3, 19, 100])
        expectSame(run([...x, ...Array(more).fill(neutral)], 45 + more, 1, 45 + more, 1), alone);
    });

    test('nothing, NaN and infinities', () => {
      const empty = {
        sum: 0,
        mean: NaN,
        prod: 1,
        sum_squares: 0,
        l1: 0,
        l2: 0,
        max: -Infinity,
        min: Infinity,
        logsumexp: -Infinity,
      };
      expectSame(run([], 0, 1, 0, 2), [empty[kind], empty[kind]]);
      expectSame(run([], 0, 5, 0, 1), Array(5).fill(empty[kind]));
      for (const odd of [[NaN], [Infinity], [-Infinity], [Infinity, -Infinity], [-Infinity, NaN]])
        for (const n of [3, 6, 21]) {
          const row = [1, ...odd, ...Array(n - 1 - odd.length + 1).fill(2)];
          const back = [...row].reverse();
          for (const x of [row, back]) {
            expectSame(run(x, x.length, 1, x.length, 1), [Math.fround(reduce[kind](x))], `${x}`);
            const columns = x.flatMap((v) => [v, v]);
            expectSame(run(columns, x.length, 2, 0, 1), Array(2).fill(Math.fround(reduce[kind](x))), `${x}`);
          }
        }
    });
  });

  test('a row of -inf has logsumexp -inf, and large values do not overflow', () => {
    const m = fresh();
    const y = m.f32(2);
    m.kernels.reduce_f32(y, m.f32([-Infinity, -Infinity, 1000, 1000]), Reduce.logsumexp, 2, 1, 2, 0, 2);
    expectSame(m.readF32(y, 2), [-Infinity, Math.fround(1000 + Math.log(2))]);
  });

  test('a long sum keeps its accuracy', () => {
    const m = fresh();
    const n = 300001;
    const x = new Random(1).uniform(n, 0, 1);
    const y = m.f32(2);
    m.kernels.reduce_f32(y, m.f32(x), Reduce.sum, n, 1, n, 0, 1);
    m.kernels.reduce_f32(y + 4, m.f32(x), Reduce.sum_squares, n, 1, n, 0, 1);
    const [sum, squares] = m.readF32(y, 2);
    expect(ulpError(sum, reduce.sum(Array.from(x)))).toBeLessThanOrEqual(0.51);
    expect(ulpError(squares, reduce.sum_squares(Array.from(x)))).toBeLessThanOrEqual(0.51);
  });
});
