// Long short-term memory, one layer in one direction.
import { ShapeError } from '../errors.js';
import { show } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { type LstmSizes, lstmBackward } from './lstm-backward.js';
import type { PackedMatrix } from './packed.js';
import { inPanels, plain, type RecurrentOptions, recurrence, step } from './recurrent.js';
import { expectShape, needsGrad, output } from './util.js';
import { contiguous, narrow, reshape } from './view.js';

/** How an LSTM runs over a sequence. */
export interface LstmOptions extends RecurrentOptions {
  /** (R, H), plain or packed: h_t is W_hr times what an LSTM without it would give (Sak et al. 2014) */
  projection?: Tensor | PackedMatrix | null;
}

/** The projection is a step of rnn.ts with the identity for f. */
const IDENTITY = 2;

/**
 * One layer of `torch.nn.LSTM` in one direction (Hochreiter & Schmidhuber 1997, Gers et al. 2000), over
 * x (T, B, 4 H), the projected input.  With a = x_t + W h_{t-1} + b, rows in the order i f g o:
 *
 *   c_t = σ(a_f) c_{t-1} + σ(a_i) tanh(a_g)   h_t = σ(a_o) tanh(c_t)
 *
 * h0 (B, R), c0 (B, H), weight (4 H, R) plain or packed, bias (4 H); R = H without a projection.
 * @returns all states h (T, B, R) and c (T, B, H)
 * @throws ShapeError, DTypeError
 */
export function lstm(
  x: Tensor,
  [h0, c0]: readonly [h0: Tensor, c0: Tensor],
  weight: Tensor | PackedMatrix,
  bias: Tensor | null = null,
  { projection = null, ...options }: LstmOptions = {},
): { output: Tensor; cells: Tensor } {
  return x.arena.scope(() => {
    const r = recurrence(4, { x, h0, weight, bias }, options);
    const { arena, T, B, H, R, lengths } = r;
    const { kernels } = arena;
    expectShape(c0, 'c0', [B, H]);
    if (projection ? projection.shape.join() !== [R, H].join() : R !== H)
      throw new ShapeError(
        `projection must have shape ${show([R, H])} for states of width ${R}, got ${projection ? show(projection.shape) : 'none'}`,
      );
    const inputs = [x, h0, c0, plain(weight), bias, plain(projection)];
    const grads = inputs.some((t) => needsGrad(t));
    const [firstH, firstC, input] = [contiguous(h0), contiguous(c0), contiguous(x)];
    // h and c are one result to the tape: first all of h, then all of c.
    const y = output(x, [T * B * (R + H)]);
    const sizes: LstmSizes = { ...r, h: 4 * B * R, c: 4 * B * H, cells: 4 * T * B * R };
    const p = output(x, [B, 4 * H]);
    const gates = grads ? output(x, [T, B, 4 * H]) : null;
    const inner = projection ? output(x, [grads ? T : 1, B, H]) : null;
    const projected = projection ? output(x, [B, R]) : null;
    const w = inPanels(weight);
    const wr = projection ? inPanels(projection) : null;
    const ends = lengths?.ptr ?? 0;
    const epilogue = { bias: bias ? contiguous(bias).ptr : 0 };
    for (const [t, before] of r.steps) {
      const prevH = before < 0 ? firstH.ptr : y.ptr + before * sizes.h;
      const prevC = before < 0 ? firstC.ptr : y.ptr + sizes.cells + before * sizes.c;
      const h = y.ptr + t * sizes.h;
      const c = y.ptr + sizes.cells + t * sizes.c;
      const xt = input.ptr + 4 * t * sizes.c;
      const four = gates ? gates.ptr + 4 * t * sizes.c : 0;
      step(arena, p.ptr, prevH, w, [B, 4 * H, R], epilogue);
      if (!inner || !wr || !projected) {
        kernels.lstm_step_f32(h, c, four, xt, p.ptr, prevH, prevC, ends, t, H, 0, B);
        continue;
      }
      const m = inner.ptr + (grads ? t * sizes.c : 0);
      kernels.lstm_step_f32(m, c, four, xt, p.ptr, 0, prevC, ends, t, H, 0, B);
      step(arena, projected.ptr, m, wr, [B, R, H]);
      kernels.rnn_step_f32(h, 0, projected.ptr, prevH, ends, t, R, IDENTITY, 0, B);
    }
    if (grads) {
      const saved = [y, gates, firstH, firstC, plain(weight), lengths, plain(projection), inner];
      record(y, inputs, saved, (dy, s, needs) => lstmBackward(dy, s, needs, sizes, weight, projection));
    }
    const part = (start: number, width: number): Tensor =>
      reshape(narrow(y, 0, start, T * B * width), [T, B, width]);
    return { output: part(0, R), cells: part(T * B * R, H) };
  });
}
