// Elementwise arithmetic of two operands, with PyTorch's broadcasting.
import { ArgumentError } from '../errors.js';
import { broadcastShapes, broadcastStrides, sameShape } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import { Tensor } from '../tensor/tensor.js';
import { greaterEqual, lessEqual, where } from './compare.js';
import { Binary } from './kinds.js';
import { forEachBlock } from './loop.js';
import { sumTo } from './sum-to.js';
import { log } from './unary.js';
import { allDense, expectDType, needsGrad, output, sameArena } from './util.js';

/** A tensor, or a number that stands for a tensor of that one value.  At least one must be a tensor. */
export type Operand = Tensor | number;

/** Gradients of a and b, of the broadcast shape; the caller sums them to each operand's own. */
type Gradients = (dy: Tensor, a: Tensor, b: Tensor, y: Tensor) => [a: () => Tensor, b: () => Tensor];

/** a + b */
export function add(a: Operand, b: Operand): Tensor {
  return binary('add', a, b, (dy) => [() => dy, () => dy]);
}

/** a - b */
export function sub(a: Operand, b: Operand): Tensor {
  return binary('sub', a, b, (dy) => [() => dy, () => mul(dy, -1)]);
}

/** a * b */
export function mul(a: Operand, b: Operand): Tensor {
  return binary('mul', a, b, (dy, x, y) => [() => mul(dy, y), () => mul(dy, x)]);
}

/** a / b */
export function div(a: Operand, b: Operand): Tensor {
  return binary('div', a, b, (dy, _, y, q) => [() => div(dy, y), () => mul(div(mul(dy, q), y), -1)]);
}

/** `torch.maximum`: NaN if either is NaN.  Where both are equal, each gets half of the gradient. */
export function maximum(a: Operand, b: Operand): Tensor {
  return binary('max', a, b, (dy, x, y) => halves(dy, greaterEqual(x, y), greaterEqual(y, x)));
}

/** `torch.minimum`: NaN if either is NaN.  Where both are equal, each gets half of the gradient. */
export function minimum(a: Operand, b: Operand): Tensor {
  return binary('min', a, b, (dy, x, y) => halves(dy, lessEqual(x, y), lessEqual(y, x)));
}

/** a to the power b */
export function pow(a: Operand, b: Operand): Tensor {
  return binary('pow', a, b, (dy, x, y, z) => [
    () => mul(dy, mul(y, pow(x, sub(y, 1)))),
    () => mul(dy, mul(z, log(x))),
  ]);
}

/** `torch.remainder`: the result has the sign of b.  Gradient for a only. */
export function remainder(a: Operand, b: Operand): Tensor {
  return binary('remainder', a, b);
}

/** `torch.fmod`: the result has the sign of a.  Gradient for a only. */
export function fmod(a: Operand, b: Operand): Tensor {
  return binary('fmod', a, b);
}

function halves(dy: Tensor, aWins: Tensor, bWins: Tensor): [() => Tensor, () => Tensor] {
  const half = (wins: Tensor, other: Tensor) => (): Tensor => mul(dy, where(wins, where(other, 0.5, 1), 0));
  return [half(aWins, bWins), half(bWins, aWins)];
}

function binary(kind: keyof typeof Binary, left: Operand, right: Operand, gradients?: Gradients): Tensor {
  const like = typeof left === 'number' ? right : left;
  if (typeof like === 'number')
    throw new ArgumentError(`${kind}: one operand must be a tensor, got two numbers`);
  const run = (): Tensor => {
    const a = asTensor(left, like);
    const b = asTensor(right, like);
    const y = broadcast(kind, a, b);
    if (!needsGrad(a, b)) return y;
    const saved = kind === 'add' || kind === 'sub' ? [] : [a, b, y];
    return record(y, [a, b], saved, (dy, [sa, sb, sy], needs) => {
      if (!gradients) return [needs[0] ? sumTo(dy, a.shape) : null, null];
      const [da, db] = gradients(dy, sa, sb, sy);
      return [needs[0] ? sumTo(da(), a.shape) : null, needs[1] ? sumTo(db(), b.shape) : null];
    });
  };
  return like.arena.scope(run);
}

/** A number as a 0-dimensional tensor beside `like`. */
export function asTensor(x: Operand, like: Tensor): Tensor {
  return typeof x === 'number' ? Tensor.from(like.arena, [x], []) : x;
}

function broadcast(kind: keyof typeof Binary, a: Tensor, b: Tensor): Tensor {
  expectDType(a, 'a', 'f32');
  expectDType(b, 'b', 'f32');
  const { kernels } = sameArena(a, b);
  if (sameShape(a.shape, b.shape) && allDense(a, b)) {
    const same = output(a);
    const n = a.numel;
    kernels.binary_f32(same.ptr, a.ptr, b.ptr, Binary[kind], 1, 1, 1, n, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1);
    return same;
  }
  const y = output(a, broadcastShapes(a.shape, b.shape, kind));
  const strides = [
    y.strides,
    broadcastStrides(a.shape, a.strides, y.shape),
    broadcastStrides(b.shape, b.strides, y.shape),
  ];
  forEachBlock(y.shape, strides, ({ sizes: n, strides: [, sa, sb] }, [oy, oa, ob]) => {
    kernels.binary_f32(
      y.ptr + 4 * oy,
      a.ptr + 4 * oa,
      b.ptr + 4 * ob,
      Binary[kind],
      ...n,
      ...sa,
      ...sb,
      0,
      n[0] * n[1] * n[2],
    );
  });
  return y;
}
