// torch.nn.utils.clip_grad_norm_ and clip_grad_value_: gradients are bounded in place, before a step.
import { ArgumentError } from '../errors.js';
import { Binary, Reduce } from '../ops/kinds.js';
import { Tensor } from '../tensor/tensor.js';
import type { Trainable } from './optimizer.js';

/** Which norm. */
export interface ClipOptions {
  /** 1, 2 (default) or Infinity, the largest magnitude */
  normType?: 1 | 2 | number;
  /** throw instead of scaling by NaN or 0 when the norm is not finite */
  errorIfNonfinite?: boolean;
}

/**
 * `clip_grad_norm_`: scales all gradients by min(1, maxNorm / (norm + 1e-6)) and returns their norm before,
 * taken over all of them as one vector.  Sums run in doubles in the order of the parameters, so the result
 * is the same everywhere.
 * @throws ArgumentError
 */
export function clipGradNorm_(
  parameters: Iterable<Trainable>,
  maxNorm: number,
  { normType = 2, errorIfNonfinite = false }: ClipOptions = {},
): number {
  if (!(maxNorm >= 0)) throw new ArgumentError(`maxNorm must be 0 or positive, got ${maxNorm}`);
  const grads = gradients(parameters);
  const norm = totalNorm(grads, normType);
  if (errorIfNonfinite && !Number.isFinite(norm))
    throw new ArgumentError(`the gradients have norm ${norm}; they cannot be clipped`);
  const factor = maxNorm / (norm + 1e-6);
  if (!(factor >= 1)) for (const g of grads) scale(g, factor);
  return norm;
}

/** `clip_grad_value_`: every element of every gradient into [-clipValue, clipValue]. */
export function clipGradValue_(parameters: Iterable<Trainable>, clipValue: number): void {
  if (!(clipValue >= 0)) throw new ArgumentError(`clipValue must be 0 or positive, got ${clipValue}`);
  for (const g of gradients(parameters))
    g.arena.kernels.clamp_f32(g.ptr, g.ptr, -clipValue, clipValue, 0, g.numel);
}

/** Once each: tied parameters share one. */
function gradients(parameters: Iterable<Trainable>): Tensor[] {
  return [...new Set([...parameters].map((p) => p.grad))].filter((g) => g !== null);
}

function totalNorm(grads: readonly Tensor[], normType: number): number {
  if (![1, 2, Number.POSITIVE_INFINITY].includes(normType))
    throw new ArgumentError(`normType must be 1, 2 or Infinity, got ${normType}`);
  if (normType === 1) return grads.reduce((sum, g) => sum + reduced(g, 'l1'), 0);
  if (normType === 2) return Math.sqrt(grads.reduce((sum, g) => sum + reduced(g, 'l2') ** 2, 0));
  return grads.reduce((top, g) => Math.max(top, reduced(g, 'max'), -reduced(g, 'min')), 0);
}

function reduced(g: Tensor, kind: keyof typeof Reduce): number {
  return g.arena.scope(() => {
    const y = Tensor.empty(g.arena, []);
    g.arena.kernels.reduce_f32(y.ptr, g.ptr, Reduce[kind], g.numel, 1, g.numel, 0, 1);
    return y.item();
  });
}

/** g *= factor, in place */
function scale(g: Tensor, factor: number): void {
  g.arena.scope(() => {
    const by = Tensor.from(g.arena, [factor], []);
    const n = g.numel;
    g.arena.kernels.binary_f32(g.ptr, g.ptr, by.ptr, Binary.mul, 1, 1, 1, n, n, n, n, 1, 0, 0, 0, 0, 0, 1);
  });
}
