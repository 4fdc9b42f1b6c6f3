// What every op needs: checks that name the argument, dense inputs, fresh outputs.  Loops instead of callbacks and
// rest arguments: some hundred ops make a forward pass, and they are to leave nothing to the garbage collector.
import { ArgumentError, DTypeError, ShapeError } from '../errors.js';
import type { Arena } from '../tensor/arena.js';
import type { DType } from '../tensor/dtype.js';
import { type Shape, sameShape, show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

type Maybe = Tensor | null | undefined;

/** @throws DTypeError unless `t` has one of the dtypes */
export function expectDType(t: Tensor, name: string, dtype: DType, ...others: DType[]): void {
  if (t.dtype !== dtype && !others.includes(t.dtype))
    throw new DTypeError(
      `${name} must be ${[dtype, ...others].join(' or ')}, got ${t.dtype} of shape ${show(t.shape)}`,
    );
}

/** @throws ShapeError unless `t` has exactly this shape */
export function expectShape(t: Tensor, name: string, shape: Shape): void {
  if (!sameShape(t.shape, shape))
    throw new ShapeError(`${name} must have shape ${show(shape)}, got ${show(t.shape)}`);
}

/** @throws ArgumentError unless all tensors live in one arena; returns it */
export function sameArena(a: Tensor, b?: Maybe, c?: Maybe, d?: Maybe): Arena {
  const { arena } = a;
  if ((b && b.arena !== arena) || (c && c.arena !== arena) || (d && d.arena !== arena))
    throw new ArgumentError('the tensors belong to different engines');
  return arena;
}

/** Whether an op on these inputs has to be recorded; fused forms that keep no intermediate ask first. */
export function needsGrad(a?: Maybe, b?: Maybe, c?: Maybe, d?: Maybe): boolean {
  return wantsGrad(a) || wantsGrad(b) || wantsGrad(c) || wantsGrad(d);
}

function wantsGrad(t: Maybe): boolean {
  return t?.requiresGrad === true && t.arena.gradEnabled;
}

/** Whether an op on these needs no working copies: then it needs no scope for them either. */
export function allDense(a: Tensor, b?: Maybe, c?: Maybe): boolean {
  return a.isContiguous && (!b || b.isContiguous) && (!c || c.isContiguous);
}

/** An uninitialised dense f32 output in the arena of `like`. */
export function output(like: Tensor, shape: Shape = like.shape, dtype: DType = 'f32'): Tensor {
  return Tensor.dense(like.arena, shape, dtype);
}

/** Zeros, in f32, in the arena of `like`. */
export function zeros(like: Tensor, shape: Shape): Tensor {
  const y = output(like, shape);
  y.data.fill(0);
  return y;
}

/** An uninitialised f32 output for x (B, H, L, D): (B, H, L, size) lying as (B, L, H, size), so that heads merge in place. */
export function headsOutput({ arena, shape }: Tensor, size = shape[3]): Tensor {
  const row = shape[1] * size;
  const all = shape[2] * row;
  const to = size === shape[3] ? shape : withLast(shape, size);
  return new Tensor(arena, arena.alloc(4 * shape[0] * all), 'f32', to, [all, size, row, 1], 0);
}

/** `shape` with another last dimension. */
export function withLast(shape: Shape, size: number): number[] {
  const to = shape.slice();
  to[to.length - 1] = size;
  return to;
}
