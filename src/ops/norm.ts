// Normalisation over the last dimensions; names and arguments as in torch.nn.functional.
import { ShapeError } from '../errors.js';
import { numel, type Shape, show } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { alongLast } from './softmax.js';
import { allDense, expectDType, expectShape, needsGrad, output, sameArena, zeros } from './util.js';
import { contiguous } from './view.js';

/**
 * `layer_norm` (Ba et al. 2016): (x - mean) / sqrt(variance + eps) * weight + bias over the last
 * dimensions, which are `normalizedShape`.  x (*, ...normalizedShape) f32; weight, bias normalizedShape.
 * @throws ShapeError, DTypeError
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: Shape,
  weight?: Tensor | null,
  bias?: Tensor | null,
  { eps = 1e-5 }: { eps?: number } = {},
): Tensor {
  const N = sizeUnder(x, normalizedShape, weight, bias);
  sameArena(x, weight, bias);
  if (!allDense(x, weight, bias))
    return x.arena.scope(() => {
      const [w, b] = [weight && contiguous(weight), bias && contiguous(bias)];
      return layerNorm(contiguous(x), normalizedShape, w, b, { eps });
    });
  const { kernels } = x.arena;
  const y = output(x);
  const M = rowsOf(x, N);
  kernels.layer_norm_f32(y.ptr, x.ptr, weight?.ptr ?? 0, bias?.ptr ?? 0, 0, 0, N, eps, 0, M);
  if (!needsGrad(x, weight, bias)) return y;
  return record(y, [x, weight, bias], [x, weight], (dy, [sx, sw], needs) => {
    const up = contiguous(dy);
    const dx = output(sx);
    const dw = needs[1] && weight ? zeros(sx, weight.shape) : null;
    const db = needs[2] && bias ? zeros(sx, bias.shape) : null;
    const targets = [dx.ptr, dw?.ptr ?? 0, db?.ptr ?? 0] as const;
    kernels.layer_norm_f32_backward(...targets, up.ptr, sx.ptr, sw?.ptr ?? 0, N, eps, 0, M);
    return [dx, dw, db];
  });
}

/**
 * `rms_norm` (Zhang & Sennrich 2019): x / sqrt(mean(x²) + eps) * weight over the last dimensions.
 * @param offset added to the weight: 1 for models that store weight - 1
 */
export function rmsNorm(
  x: Tensor,
  normalizedShape: Shape,
  weight?: Tensor | null,
  { eps = 1.1920928955078125e-7, offset = 0 }: { eps?: number; offset?: number } = {},
): Tensor {
  const N = sizeUnder(x, normalizedShape, weight);
  sameArena(x, weight);
  if (!allDense(x, weight))
    return x.arena.scope(() =>
      rmsNorm(contiguous(x), normalizedShape, weight && contiguous(weight), { eps, offset }),
    );
  const { kernels } = x.arena;
  const y = output(x);
  const M = rowsOf(x, N);
  kernels.rms_norm_f32(y.ptr, x.ptr, weight?.ptr ?? 0, offset, N, eps, 0, M);
  if (!needsGrad(x, weight)) return y;
  return record(y, [x, weight], [x, weight], (dy, [sx, sw], needs) => {
    const up = contiguous(dy);
    const dx = output(sx);
    const dw = needs[1] && weight ? zeros(sx, weight.shape) : null;
    kernels.rms_norm_f32_backward(dx.ptr, dw?.ptr ?? 0, up.ptr, sx.ptr, sw?.ptr ?? 0, offset, N, eps, 0, M);
    return [dx, dw];
  });
}

/** `normalize` with p = 2: x / max(|x|, eps) along `dim`. */
export function normalize(x: Tensor, { dim = -1, eps = 1e-12 }: { dim?: number; eps?: number } = {}): Tensor {
  const { kernels } = x.arena;
  return alongLast(x, dim, (dense, N, rows) => {
    const y = output(dense);
    kernels.l2_normalize_f32(y.ptr, dense.ptr, N, eps, 0, rows);
    return record(y, [dense], [dense], (dy, [sx]) => {
      const dx = output(sx);
      kernels.l2_normalize_f32_backward(dx.ptr, contiguous(dy).ptr, sx.ptr, N, eps, 0, rows);
      return [dx];
    });
  });
}

/**
 * `group_norm` (Wu & He 2018): x (B, C, ...) in `numGroups` groups of channels; weight, bias (C).
 * With one channel a group it is the instance norm.
 */
export function groupNorm(
  x: Tensor,
  numGroups: number,
  weight?: Tensor | null,
  bias?: Tensor | null,
  { eps = 1e-5 }: { eps?: number } = {},
): Tensor {
  expectDType(x, 'x', 'f32');
  const [B, C] = x.shape;
  if (x.rank < 2 || !Number.isInteger(numGroups) || numGroups < 1 || C % numGroups !== 0)
    throw new ShapeError(`groupNorm: ${numGroups} groups do not divide the channels of ${show(x.shape)}`);
  for (const [name, t] of Object.entries({ weight, bias })) if (t) expectShape(t, name, [C]);
  const S = numel(x.shape.slice(2));
  const { kernels } = sameArena(x, weight, bias);
  return x.arena.scope(() => {
    const [from, w, b] = [contiguous(x), weight && contiguous(weight), bias && contiguous(bias)];
    const y = output(from);
    kernels.group_norm_f32(y.ptr, from.ptr, w?.ptr ?? 0, b?.ptr ?? 0, C, S, numGroups, eps, 0, B * numGroups);
    return record(y, [from, w, b], [from, w], (dy, [sx, sw], needs) => {
      const up = contiguous(dy);
      const dx = output(sx);
      const dw = needs[1] ? zeros(sx, [C]) : null;
      const db = needs[2] ? zeros(sx, [C]) : null;
      const targets = [dx.ptr, dw?.ptr ?? 0, db?.ptr ?? 0] as const;
      const sizes = [C, S, numGroups, eps, 0, B * numGroups] as const;
      kernels.group_norm_f32_backward(...targets, up.ptr, sx.ptr, sw?.ptr ?? 0, ...sizes);
      return [dx, dw, db];
    });
  });
}

/** Elements of `shape`, which is the end of x's and that of the parameters. */
function sizeUnder(x: Tensor, shape: Shape, weight?: Tensor | null, bias?: Tensor | null): number {
  expectDType(x, 'x', 'f32');
  const lead = x.rank - shape.length;
  let fits = shape.length > 0 && lead >= 0;
  for (let i = 0; fits && i < shape.length; i++) fits = x.shape[lead + i] === shape[i];
  if (!fits)
    throw new ShapeError(`normalizedShape ${show(shape)} is not the end of x's shape ${show(x.shape)}`);
  if (weight) expectParameter(weight, 'weight', shape);
  if (bias) expectParameter(bias, 'bias', shape);
  return numel(shape);
}

function expectParameter(t: Tensor, name: string, shape: Shape): void {
  expectDType(t, name, 'f32');
  expectShape(t, name, shape);
}

/** How many rows of N there are; of none there may be any number. */
function rowsOf(x: Tensor, N: number): number {
  return N === 0 ? 0 : x.numel / N;
}
