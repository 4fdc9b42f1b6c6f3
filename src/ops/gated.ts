// Gated linear units (Dauphin et al. 2016, Shazeer 2020): an activation of one half times the other.

import { ShapeError } from '../errors.js';
import { rowMajor, show, viewStrides } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Activation, activationKind } from './activation-kind.js';
import { expectDType, expectShape, needsGrad, output, sameArena } from './util.js';
import { chunk, contiguous } from './view.js';

/**
 * act(gate) * up: SwiGLU with `silu`, GeGLU with `gelu`, ReGLU with `relu`, the plain GLU with `sigmoid`.
 * gate, up (..., N) f32 of one shape, as views into one matrix or not -> (..., N).
 * @throws ShapeError, DTypeError, ArgumentError for an unknown activation
 */
export function gated(gate: Tensor, up: Tensor, act: Activation): Tensor {
  expectDType(gate, 'gate', 'f32');
  expectDType(up, 'up', 'f32');
  expectShape(up, 'up', gate.shape);
  const kind = activationKind(act);
  if (gate.rank === 0) throw new ShapeError('gated needs at least one dimension, got a scalar');
  const N = gate.shape[gate.rank - 1];
  const M = N === 0 ? 0 : gate.numel / N;
  const { kernels } = sameArena(gate, up);
  return gate.arena.scope(() => {
    const g = rows(gate, M, N);
    const u = rows(up, M, N);
    const y = output(gate);
    kernels.glu_f32(y.ptr, g.tensor.ptr, u.tensor.ptr, kind, N, N, g.step, u.step, 0, M);
    if (!needsGrad(gate, up)) return y;
    return record(y, [gate, up], [g.tensor, u.tensor], (dy, [sg, su]) => {
      const d = contiguous(dy);
      const [dg, du] = [output(gate), output(gate)];
      kernels.glu_f32_backward(dg.ptr, du.ptr, d.ptr, sg.ptr, su.ptr, kind, N, N, N, N, g.step, u.step, 0, M);
      return [dg, du];
    });
  });
}

/** `torch.nn.functional.glu`: the first half of `dim` times the sigmoid of the second. */
export function glu(x: Tensor, dim = -1): Tensor {
  return x.arena.scope(() => {
    const parts = chunk(x, 2, dim);
    if (parts.length !== 2 || parts[0].shape.join() !== parts[1].shape.join())
      throw new ShapeError(`glu: dimension ${dim} of ${show(x.shape)} does not split into two halves`);
    return gated(parts[1], parts[0], 'sigmoid');
  });
}

/** t as M rows of N neighbours, in place where its strides allow it. */
function rows(t: Tensor, M: number, N: number): { tensor: Tensor; step: number } {
  if (t.isContiguous) return { tensor: t, step: N };
  const strides = viewStrides(t.shape, t.strides, [M, N]);
  if (strides && (strides[1] === 1 || N === 1)) return { tensor: t, step: strides[0] };
  return { tensor: contiguous(t), step: rowMajor([M, N])[0] };
}
