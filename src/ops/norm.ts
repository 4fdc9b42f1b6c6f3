// Normalisation over the last dimensions; names and arguments as in torch.nn.functional.
import { ShapeError } from '../errors.js';
import { numel, type Shape, show } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import { Tensor } from '../tensor/tensor.js';
import { alongLast } from './softmax.js';
import { expectDType, expectShape, output, sameArena } from './util.js';
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
  const { N, M } = rowsUnder(x, normalizedShape, { weight, bias });
  const { kernels } = sameArena(x, weight, bias);
  return x.arena.scope(() => {
    const [from, w, b] = [contiguous(x), weight && contiguous(weight), bias && contiguous(bias)];
    const y = output(from);
    kernels.layer_norm_f32(y.ptr, from.ptr, w?.ptr ?? 0, b?.ptr ?? 0, 0, 0, N, eps, 0, M);
    return record(y, [from, w, b], [from, w], (dy, [sx, sw], needs) => {
      const up = contiguous(dy);
      const dx = output(sx);
      const dw = needs[1] ? zeros(sx, normalizedShape) : null;
      const db = needs[2] ? zeros(sx, normalizedShape) : null;
      const targets = [dx.ptr, dw?.ptr ?? 0, db?.ptr ?? 0] as const;
      kernels.layer_norm_f32_backward(...targets, up.ptr, sx.ptr, sw?.ptr ?? 0, N, eps, 0, M);
      return [dx, dw, db];
    });
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
  const { N, M } = rowsUnder(x, normalizedShape, { weight });
  const { kernels } = sameArena(x, weight);
  return x.arena.scope(() => {
    const [from, w] = [contiguous(x), weight && contiguous(weight)];
    const y = output(from);
    kernels.rms_norm_f32(y.ptr, from.ptr, w?.ptr ?? 0, offset, N, eps, 0, M);
    return record(y, [from, w], [from, w], (dy, [sx, sw], needs) => {
      const up = contiguous(dy);
      const dx = output(sx);
      const dw = needs[1] ? zeros(sx, normalizedShape) : null;
      kernels.rms_norm_f32_backward(dx.ptr, dw?.ptr ?? 0, up.ptr, sx.ptr, sw?.ptr ?? 0, offset, N, eps, 0, M);
      return [dx, dw];
    });
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

function rowsUnder(
  x: Tensor,
  shape: Shape,
  parameters: Record<string, Tensor | null | undefined>,
): { N: number; M: number } {
  expectDType(x, 'x', 'f32');
  const tail = x.shape.slice(x.rank - shape.length);
  if (shape.length === 0 || shape.length > x.rank || tail.some((n, i) => n !== shape[i]))
    throw new ShapeError(`normalizedShape ${show(shape)} is not the end of x's shape ${show(x.shape)}`);
  for (const [name, t] of Object.entries(parameters)) {
    if (!t) continue;
    expectDType(t, name, 'f32');
    expectShape(t, name, shape);
  }
  return { N: numel(shape), M: numel(x.shape.slice(0, x.rank - shape.length)) };
}

function zeros(like: Tensor, shape: Shape): Tensor {
  const t = Tensor.empty(like.arena, shape);
  t.data.fill(0);
  return t;
}
