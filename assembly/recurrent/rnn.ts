// One step of Elman's network: h = f(x + p), f by kind: 0 tanh, 1 ReLU, 2 x + p itself (the projection
// of an LSTM, which is carried like a state).
//   h, x, p, prev: (B, H) f32, dense.  x = W_ih x_t + b_ih, p = W_hh prev + b_hh; x may be absent (0).
//   lengths: (B) i32 or 0, see step.ts.  Range: sequences.  h may be p; no other aliasing.
// Error beyond that of x + p: tanh's 2 ulp.
import { row } from '../lanes/address';
import { tanh } from '../math/calls';
import { ended, keep, load4, store4, throughTanh } from './step';

const TANH: i32 = 0;
const RELU: i32 = 1;

export function rnn_step_f32(
  h: usize, x: usize, p: usize, prev: usize, lengths: usize, t: i32, H: i32, kind: i32, begin: i32, end: i32,
): void {
  for (let b = begin; b < end; b++) {
    const to = row(h, b, H);
    if (ended(lengths, t, b)) {
      keep(to, row(prev, b, H), 0, H);
      continue;
    }
    const px = row(x, b, H);
    const pp = row(p, b, H);
    for (let i = 0; i < H; i += 4) {
      const n = H - i;
      let v = load4(pp, i, n);
      if (x) v = f32x4.add(load4(px, i, n), v);
      if (kind == TANH) v = tanh(v);
      else if (kind == RELU) v = f32x4.pmax(v, f32x4.splat(0));
      store4(to, i, v, n);
    }
  }
}

// Backward: da = (dy + dh) f'(x + p), the gradient of x and of p, and carry, the part of prev's gradient
// that does not go through p: 0, or dy + dh where the sequence has ended (da is 0 there).
//   da, carry, dy, dh, h: (B, H).  dy comes from the step's output, dh from the step after it.
export function rnn_step_f32_backward(
  da: usize, carry: usize, dy: usize, dh: usize, h: usize, lengths: usize, t: i32, H: i32, kind: i32,
  begin: i32, end: i32,
): void {
  for (let b = begin; b < end; b++) {
    const to = row(da, b, H);
    const on = row(carry, b, H);
    const g = row(dy, b, H);
    const r = row(dh, b, H);
    if (ended(lengths, t, b)) {
      keep(to, 0, 0, H);
      keep(on, g, r, H);
      continue;
    }
    keep(on, 0, 0, H);
    const y = row(h, b, H);
    for (let i = 0; i < H; i += 4) {
      const n = H - i;
      const v = load4(y, i, n);
      let d = f32x4.add(load4(g, i, n), load4(r, i, n));
      if (kind == TANH) d = throughTanh(d, v);
      else if (kind == RELU) d = v128.and(d, f32x4.gt(v, f32x4.splat(0)));
      store4(to, i, d, n);
    }
  }
}
