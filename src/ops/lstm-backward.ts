// Backpropagation through time of lstm.ts, and nothing else: a file of its own for its length.
import type { Tensor } from '../tensor/tensor.js';
import type { PackedMatrix } from './packed.js';
import { gradWeight, inPanels, outerSum, type Recurrence, step } from './recurrent.js';
import { sumTo } from './sum-to.js';
import { output, zeros } from './util.js';
import { contiguous, narrow, reshape } from './view.js';

export interface LstmSizes extends Recurrence {
  /** bytes of one step's h, of one step's c, and of all h, behind which the cells begin */
  h: number;
  c: number;
  cells: number;
}

const IDENTITY = 2;

/** The gradients of [x, h0, c0, weight, bias, projection]. */
export function lstmBackward(
  dy: Tensor,
  [y, gates, h0, c0, plainWeight, lengths, plainProjection, inner]: readonly Tensor[],
  needs: readonly boolean[],
  { arena, T, B, H, R, back, reverse, h: sizeH, c: sizeC, cells }: LstmSizes,
  weight: Tensor | PackedMatrix,
  projection: Tensor | PackedMatrix | null,
): (Tensor | null)[] {
  const { kernels } = arena;
  const up = contiguous(dy);
  const da = output(y, [T, B, 4 * H]);
  const carry = output(y, [B, R]);
  const dh = zeros(y, [B, R]);
  const dc = zeros(y, [B, H]);
  const turned = inPanels(plainWeight ?? weight, true);
  const turnedR = projection ? inPanels(plainProjection ?? projection, true) : null;
  const dr = projection ? output(y, [T, B, R]) : null; // of the projection's result
  const dm = projection ? output(y, [B, H]) : null; // of what is projected
  const ends = lengths?.ptr ?? 0;
  for (const [t, before] of back) {
    const prevC = before < 0 ? c0.ptr : y.ptr + cells + before * sizeC;
    const [d, four] = [da.ptr + 4 * t * sizeC, gates.ptr + 4 * t * sizeC];
    const [gh, gc, c] = [up.ptr + t * sizeH, up.ptr + cells + t * sizeC, y.ptr + cells + t * sizeC];
    let [on, g, r] = [carry.ptr, gh, dh.ptr];
    if (dr && dm && turnedR) {
      const to = dr.ptr + t * sizeH;
      kernels.rnn_step_f32_backward(to, on, g, r, y.ptr + t * sizeH, ends, t, R, IDENTITY, 0, B);
      step(arena, dm.ptr, to, turnedR, [B, H, R]);
      [on, g, r] = [0, dm.ptr, 0];
    }
    kernels.lstm_step_f32_backward(d, dc.ptr, on, g, r, gc, four, c, prevC, ends, t, H, 0, B);
    step(arena, dh.ptr, d, turned, [B, R, 4 * H], { residual: carry.ptr });
  }
  const states = reshape(narrow(y, 0, 0, T * B * R), [T, B, R]);
  return [
    da,
    dh,
    dc,
    needs[3] ? gradWeight(da, states, h0, reverse) : null,
    needs[4] ? sumTo(da, [4 * H]) : null,
    needs[5] && dr ? outerSum(dr, inner, R) : null,
  ];
}
