// The one call behind every function of one operand.
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { Elementwise } from './activation-kind.js';
import { expectDType, needsGrad, output } from './util.js';
import { contiguous } from './view.js';

/** x (*) f32 -> (*), with its derivative recorded; alpha and beta are the function's scalars, if any. */
export function elementwise(x: Tensor, name: keyof typeof Elementwise, alpha = 0, beta = 0): Tensor {
  expectDType(x, 'x', 'f32');
  const kind = Elementwise[name];
  const { kernels } = x.arena;
  return x.arena.scope(() => {
    const dense = contiguous(x);
    const y = output(x);
    const n = x.numel;
    kernels.activation_f32(y.ptr, dense.ptr, kind, alpha, beta, 0, n);
    if (!needsGrad(dense)) return y;
    return record(y, [dense], [dense], (dy, [sx]) => {
      const dx = output(sx);
      kernels.activation_f32_backward(dx.ptr, contiguous(dy).ptr, sx.ptr, kind, alpha, beta, 0, n);
      return [dx];
    });
  });
}
