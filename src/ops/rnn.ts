// Elman's network, one layer in one direction.
import { ArgumentError } from '../errors.js';
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import type { PackedMatrix } from './packed.js';
import { gradWeight, inPanels, plain, type RecurrentOptions, recurrence, step } from './recurrent.js';
import { sumTo } from './sum-to.js';
import { needsGrad, output, zeros } from './util.js';
import { contiguous } from './view.js';

/** Codes of assembly/recurrent/rnn.ts. */
const KINDS = { tanh: 0, relu: 1 } as const;

/** How a simple recurrent network runs over a sequence. */
export interface RnnOptions extends RecurrentOptions {
  /** default tanh */
  nonlinearity?: keyof typeof KINDS;
}

/**
 * h_t = f(x_t + W h_{t-1} + b) with f = tanh or ReLU (Elman 1990): one layer of `torch.nn.RNN` in one
 * direction, over x (T, B, H), the projected input.  h0 (B, H), weight (H, H) plain or packed, bias (H).
 * @returns all states (T, B, H)
 * @throws ShapeError, DTypeError, ArgumentError
 */
export function rnn(
  x: Tensor,
  h0: Tensor,
  weight: Tensor | PackedMatrix,
  bias: Tensor | null = null,
  { nonlinearity = 'tanh', ...options }: RnnOptions = {},
): Tensor {
  if (!Object.hasOwn(KINDS, nonlinearity))
    throw new ArgumentError(`nonlinearity must be tanh or relu, got ${JSON.stringify(nonlinearity)}`);
  const kind = KINDS[nonlinearity];
  return x.arena.scope(() => {
    const { arena, T, B, H, steps, back, reverse, lengths } = recurrence(1, { x, h0, weight, bias }, options);
    const { kernels } = arena;
    const size = 4 * B * H;
    const first = contiguous(h0);
    const input = contiguous(x);
    const y = output(x, [T, B, H]);
    const p = output(x, [B, H]);
    const w = inPanels(weight);
    const epilogue = { bias: bias ? contiguous(bias).ptr : 0 };
    for (const [t, before] of steps) {
      const prev = before < 0 ? first.ptr : y.ptr + before * size;
      step(arena, p.ptr, prev, w, [B, H, H], epilogue);
      const [h, xt] = [y.ptr + t * size, input.ptr + t * size];
      kernels.rnn_step_f32(h, xt, p.ptr, prev, lengths?.ptr ?? 0, t, H, kind, 0, B);
    }
    if (!needsGrad(x, h0, plain(weight), bias)) return y;
    const saved = [y, first, plain(weight), lengths];
    return record(y, [x, h0, plain(weight), bias], saved, (dy, [sy, s0, sw, sl], needs) => {
      const da = output(sy);
      const carry = output(sy, [B, H]);
      const dh = zeros(sy, [B, H]);
      const turned = inPanels(sw ?? weight, true);
      const up = contiguous(dy);
      for (const [t] of back) {
        const [d, g, h] = [da.ptr + t * size, up.ptr + t * size, sy.ptr + t * size];
        kernels.rnn_step_f32_backward(d, carry.ptr, g, dh.ptr, h, sl?.ptr ?? 0, t, H, kind, 0, B);
        step(arena, dh.ptr, d, turned, [B, H, H], { residual: carry.ptr });
      }
      return [da, dh, needs[2] ? gradWeight(da, sy, s0, reverse) : null, needs[3] ? sumTo(da, [H]) : null];
    });
  });
}
