// What every op needs: checks that name the argument, dense inputs, fresh outputs.
import { ArgumentError, DTypeError, ShapeError } from '../errors.js';
import type { Arena } from '../tensor/arena.js';
import type { DType } from '../tensor/dtype.js';
import { type Shape, show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

/** @throws DTypeError unless `t` has one of the dtypes */
export function expectDType(t: Tensor, name: string, ...dtypes: DType[]): void {
  if (!dtypes.includes(t.dtype))
    throw new DTypeError(`${name} must be ${dtypes.join(' or ')}, got ${t.dtype} of shape ${show(t.shape)}`);
}

/** @throws ShapeError unless `t` has exactly this shape */
export function expectShape(t: Tensor, name: string, shape: Shape): void {
  if (t.rank !== shape.length || shape.some((d, i) => d !== t.shape[i]))
    throw new ShapeError(`${name} must have shape ${show(shape)}, got ${show(t.shape)}`);
}

/** @throws ArgumentError unless all tensors live in one arena; returns it */
export function sameArena(...tensors: (Tensor | null | undefined)[]): Arena {
  const arena = tensors.find((t) => t)!.arena;
  for (const t of tensors)
    if (t && t.arena !== arena) throw new ArgumentError('the tensors belong to different engines');
  return arena;
}

/** Whether an op on these inputs has to be recorded; fused forms that keep no intermediate ask first. */
export function needsGrad(...tensors: (Tensor | null | undefined)[]): boolean {
  return tensors.some((t) => t?.requiresGrad && t.arena.gradEnabled);
}

/** An uninitialised dense f32 output in the arena of `like`. */
export function output(like: Tensor, shape: Shape = like.shape, dtype: DType = 'f32'): Tensor {
  return Tensor.empty(like.arena, shape, dtype);
}
