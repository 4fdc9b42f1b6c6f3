// einsum and diagonal: results and gradients, against sums over all places of all labels.
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import * as F from '../../src/ops/index.js';
import { everyEngine } from '../engine.js';
import { offset, pick, places } from '../reference/places.js';
import { expectOp } from './op.js';

type Shape = readonly number[];

/** The definition: the result at each place of the output is the sum over all labels that are not in it. */
function summation(inputs: readonly string[], output: string, shapes: readonly Shape[]) {
  const sizes = new Map<string, number>();
  for (const [k, labels] of inputs.entries())
    for (const [i, l] of [...labels].entries()) sizes.set(l, Math.max(sizes.get(l) ?? 1, shapes[k][i]));
  const labels = [...sizes.keys()];
  const to = [...output].map((l) => sizes.get(l)!);
  // Where the element of each place of all labels lies; a dimension of size 1 is repeated.
  const all = places([...sizes.values()]);
  const lies = (names: string, shape: Shape): number[] => {
    const from = [...names].map((l) => labels.indexOf(l));
    return all.map((place) =>
      offset(
        from.map((d, i) => Math.min(place[d], shape[i] - 1)),
        shape,
      ),
    );
  };
  const target = lies(output, to);
  const sources = inputs.map((names, k) => lies(names, shapes[k]));
  return (...operands: Float64Array[]): Float64Array => {
    const y = new Float64Array(to.reduce((a, b) => a * b, 1));
    for (let e = 0; e < target.length; e++) {
      let product = 1;
      for (let k = 0; k < operands.length; k++) product *= operands[k][sources[k][e]];
      y[target[e]] += product;
    }
    return y;
  };
}

everyEngine('einsum', (engine) => {
  // equation; the same with every dimension named and the result spelled out; shapes
  test.each<[equation: string, plain: string, shapes: number[][]]>([
    [
      'ij,jk->ik',
      'ij,jk->ik',
      [
        [3, 4],
        [4, 5],
      ],
    ],
    [
      'ij,jk',
      'ij,jk->ik',
      [
        [3, 4],
        [4, 5],
      ],
    ],
    [
      'ba,cb',
      'ba,cb->ac',
      [
        [3, 4],
        [2, 3],
      ],
    ],
    [
      'bhld, bhsd -> bhls',
      'bhld,bhsd->bhls',
      [
        [2, 3, 4, 5],
        [2, 3, 6, 5],
      ],
    ],
    [
      'blhd,bshd->bhls',
      'blhd,bshd->bhls',
      [
        [2, 4, 3, 5],
        [2, 6, 3, 5],
      ],
    ],
    [
      '...ij,...jk->...ik',
      'xyij,yjk->xyik',
      [
        [2, 3, 4, 5],
        [3, 5, 2],
      ],
    ],
    ['b...i,i->...b', 'bxyi,i->xyb', [[2, 3, 2, 4], [4]]],
    ['i,j->ij', 'i,j->ij', [[3], [4]]],
    ['i,i->', 'i,i->', [[5], [5]]],
    ['ij->ji', 'ij->ji', [[3, 4]]],
    ['ijk->j', 'ijk->j', [[2, 3, 4]]],
    ['ii->i', 'ii->i', [[4, 4]]],
    ['ii', 'ii->', [[4, 4]]],
    ['...ii->...i', 'xii->xi', [[3, 4, 4]]],
    ['iji->j', 'iji->j', [[3, 2, 3]]],
    [
      'ij,ij->ij',
      'ij,ij->ij',
      [
        [3, 4],
        [3, 4],
      ],
    ],
    [
      'ij,jk->ik',
      'ij,jk->ik',
      [
        [3, 1],
        [4, 5],
      ],
    ],
    [
      'ij,kl->',
      'ij,kl->',
      [
        [2, 3],
        [4, 2],
      ],
    ],
    [
      'ij,jk,kl->il',
      'ij,jk,kl->il',
      [
        [2, 3],
        [3, 4],
        [4, 5],
      ],
    ],
    [
      'bn,anm,bm->ba',
      'bn,anm,bm->ba',
      [
        [2, 3],
        [4, 3, 5],
        [2, 5],
      ],
    ],
    ['->', '->', [[]]],
  ])('%s', (equation, plain, shapes) => {
    const [inputs, output] = plain.split('->');
    expectOp({
      engine: engine(),
      operands: shapes.map((shape) => ({ shape })),
      op: (...x) => F.einsum(equation, ...x),
      reference: summation(inputs.split(','), output, shapes),
      tolerance: { abs: 1e-5, rel: 1e-6 },
    });
  });

  test('wrong equations', () => {
    engine().scope(() => {
      const [a, b] = [engine().zeros([2, 3]), engine().zeros([4, 5])];
      for (const equation of ['ij', 'ij,jk->ik->i', 'i,jk->i', 'ijk,jk->i', 'i1,jk', 'ij,kl->m', 'ij,kl->ii'])
        expect(() => F.einsum(equation, a, b)).toThrow(ArgumentError);
      expect(() => F.einsum('ij,jk->ik', a, b)).toThrow('einsum "ij,jk->ik": j is 3 and 4');
      expect(() => F.einsum('ii', a)).toThrow(ShapeError);
    });
  });

  describe('diagonal', () => {
    test.each([-3, -1, 0, 2, 4])('offset %i', (start) => {
      const shape = [4, 2, 5];
      const length = Math.max(0, Math.min(4 - Math.max(0, -start), 5 - Math.max(0, start)));
      expectOp({
        engine: engine(),
        operands: [{ shape }],
        op: (x) => F.diagonal(x, { offset: start, dim1: 0, dim2: -1 }),
        reference: (x) =>
          pick(x, shape, [2, length], ([j, i]) => [i + Math.max(0, -start), j, i + Math.max(0, start)]),
        tolerance: { abs: 1e-12 },
      });
    });

    test('beyond the matrix nothing is left; one dimension has no diagonal', () => {
      engine().scope(() => {
        expect(F.diagonal(engine().zeros([2, 3]), { offset: 7 }).shape).toEqual([0]);
        expect(() => F.diagonal(engine().zeros([2, 3]), { dim1: 1 })).toThrow(ArgumentError);
      });
    });
  });
});
