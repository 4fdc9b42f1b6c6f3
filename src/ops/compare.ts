// Comparisons (bool results) and choice by a condition.
import { ArgumentError } from '../errors.js';
import { broadcastShapes, broadcastStrides, type Shape } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import { Tensor } from '../tensor/tensor.js';
import type { Operand } from './binary.js';
import { Compare } from './kinds.js';
import { forEachBlock } from './loop.js';
import { sumTo } from './sum-to.js';
import { abs } from './unary.js';
import { expectDType, output, sameArena } from './util.js';

/** a < b, as bool.  A comparison with NaN is false. */
export const less = (a: Operand, b: Operand): Tensor => compare('lt', a, b);
/** a <= b */
export const lessEqual = (a: Operand, b: Operand): Tensor => compare('le', a, b);
/** a > b */
export const greater = (a: Operand, b: Operand): Tensor => compare('gt', a, b);
/** a >= b */
export const greaterEqual = (a: Operand, b: Operand): Tensor => compare('ge', a, b);
/** a == b */
export const equal = (a: Operand, b: Operand): Tensor => compare('eq', a, b);
/** a != b; true for NaN */
export const notEqual = (a: Operand, b: Operand): Tensor => compare('ne', a, b);

/** Where x is NaN, as bool. */
export const isnan = (x: Tensor): Tensor => notEqual(x, x);
/** Where x is positive or negative infinity, as bool. */
export const isinf = (x: Tensor): Tensor => x.arena.scope(() => equal(abs(x), Number.POSITIVE_INFINITY));

function compare(kind: keyof typeof Compare, left: Operand, right: Operand): Tensor {
  const like = typeof left === 'number' ? right : left;
  if (typeof like === 'number')
    throw new ArgumentError(`${kind}: one operand must be a tensor, got two numbers`);
  return like.arena.scope(() => {
    const [a, b] = [left, right].map((x) => (typeof x === 'number' ? Tensor.from(like.arena, [x], []) : x));
    expectDType(a, 'a', 'f32');
    expectDType(b, 'b', 'f32');
    const { kernels } = sameArena(a, b);
    const y = output(a, broadcastShapes(a.shape, b.shape, kind), 'bool');
    forEachBlock(y.shape, aligned(y.shape, y, a, b), ({ sizes: n, strides: [, sa, sb] }, [oy, oa, ob]) => {
      kernels.compare_f32(
        y.ptr + oy,
        a.ptr + 4 * oa,
        b.ptr + 4 * ob,
        Compare[kind],
        ...n,
        ...sa,
        ...sb,
        0,
        n[0] * n[1] * n[2],
      );
    });
    return y;
  });
}

/** `torch.where`: a where the condition (bool or u8) holds, else b, both f32 or both i32; all broadcast. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  const dtype = [a, b].find((v) => typeof v !== 'number')?.dtype ?? 'f32';
  return condition.arena.scope(() => {
    const [x, y] = [a, b].map((v) =>
      typeof v === 'number' ? Tensor.from(condition.arena, [v], [], dtype) : v,
    );
    expectDType(condition, 'condition', 'bool', 'u8');
    expectDType(x, 'a', 'f32', 'i32');
    expectDType(y, 'b', x.dtype);
    const { kernels } = sameArena(condition, x, y);
    const shape = broadcastShapes(broadcastShapes(condition.shape, x.shape, 'where'), y.shape, 'where');
    const z = output(x, shape, x.dtype);
    forEachBlock(
      z.shape,
      aligned(z.shape, z, condition, x, y),
      ({ sizes: n, strides: [, sc, sa, sb] }, [oz, oc, oa, ob]) => {
        kernels.where_32(
          z.ptr + 4 * oz,
          condition.ptr + oc,
          x.ptr + 4 * oa,
          y.ptr + 4 * ob,
          ...n,
          ...sc,
          ...sa,
          ...sb,
          0,
          n[0] * n[1] * n[2],
        );
      },
    );
    return record(z, [x, y], [condition], (dz, [c], needs) => [
      needs[0] ? sumTo(where(c, dz, 0), x.shape) : null,
      needs[1] ? sumTo(where(c, 0, dz), y.shape) : null,
    ]);
  });
}

/** `x.masked_fill(mask, value)`: value where the mask holds. */
export function maskedFill(x: Tensor, mask: Tensor, value: number): Tensor {
  return where(mask, value, x);
}

function aligned(to: Shape, ...tensors: Tensor[]): number[][] {
  return tensors.map((t) => broadcastStrides(t.shape, t.strides, to));
}
