// The gated recurrent unit, one layer in one direction.
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import type { PackedMatrix } from './packed.js';
import { gradWeight, inPanels, plain, type RecurrentOptions, recurrence, step } from './recurrent.js';
import { sumTo } from './sum-to.js';
import { needsGrad, output, zeros } from './util.js';
import { contiguous } from './view.js';

/**
 * One layer of `torch.nn.GRU` in one direction (Cho et al. 2014, in PyTorch's form), over x (T, B, 3 H), the
 * projected input.  With p = W h_{t-1} + b, rows of all three in the order r z n:
 *
 *   r = σ(x_r + p_r)   z = σ(x_z + p_z)   n = tanh(x_n + r p_n)   h_t = (1 - z) n + z h_{t-1}
 *
 * h0 (B, H), weight (3 H, H) plain or packed, bias (3 H).
 * @returns all states (T, B, H)
 * @throws ShapeError, DTypeError
 */
export function gru(
  x: Tensor,
  h0: Tensor,
  weight: Tensor | PackedMatrix,
  bias: Tensor | null = null,
  options: RecurrentOptions = {},
): Tensor {
  return x.arena.scope(() => {
    const { arena, T, B, H, steps, back, reverse, lengths } = recurrence(3, { x, h0, weight, bias }, options);
    const { kernels } = arena;
    const size = 4 * B * H;
    const first = contiguous(h0);
    const input = contiguous(x);
    const y = output(x, [T, B, H]);
    const p = output(x, [B, 3 * H]);
    const grads = needsGrad(x, h0, plain(weight), bias);
    const gates = grads ? output(x, [T, B, 4 * H]) : null;
    const w = inPanels(weight);
    const epilogue = { bias: bias ? contiguous(bias).ptr : 0 };
    for (const [t, before] of steps) {
      const prev = before < 0 ? first.ptr : y.ptr + before * size;
      step(arena, p.ptr, prev, w, [B, 3 * H, H], epilogue);
      const [h, xt, four] = [
        y.ptr + t * size,
        input.ptr + 3 * t * size,
        gates ? gates.ptr + 4 * t * size : 0,
      ];
      kernels.gru_step_f32(h, four, xt, p.ptr, prev, lengths?.ptr ?? 0, t, H, 0, B);
    }
    if (!grads) return y;
    const saved = [y, gates, first, plain(weight), lengths];
    return record(y, [x, h0, plain(weight), bias], saved, (dy, [sy, sg, s0, sw, sl], needs) => {
      const dx = output(sy, [T, B, 3 * H]);
      const dp = output(sy, [T, B, 3 * H]);
      const carry = output(sy, [B, H]);
      const dh = zeros(sy, [B, H]);
      const turned = inPanels(sw ?? weight, true);
      const up = contiguous(dy);
      for (const [t, before] of back) {
        const prev = before < 0 ? s0.ptr : sy.ptr + before * size;
        const [g, four] = [up.ptr + t * size, sg.ptr + 4 * t * size];
        const [toX, toP] = [dx.ptr + 3 * t * size, dp.ptr + 3 * t * size];
        const ends = sl?.ptr ?? 0;
        kernels.gru_step_f32_backward(toX, toP, carry.ptr, g, dh.ptr, four, prev, ends, t, H, 0, B);
        step(arena, dh.ptr, toP, turned, [B, H, 3 * H], { residual: carry.ptr });
      }
      return [
        dx,
        dh,
        needs[2] ? gradWeight(dp, sy, s0, reverse) : null,
        needs[3] ? sumTo(dp, [3 * H]) : null,
      ];
    });
  });
}
