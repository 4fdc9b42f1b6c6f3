// One step of an LSTM (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000), with the
// rows of weights and gates in PyTorch's order i f g o:
//   [i f g o] = x + p;  c = sigmoid(f) prevC + sigmoid(i) tanh(g);  h = sigmoid(o) tanh(c)
//   x, p, gates: (B, 4 H) f32, dense.  x = W_ih x_t + b_ih, p = W_hh h' + b_hh.  gates receives the four
//   after their functions, for the backward pass; 0 if there is none.  Rows that have ended leave it alone.
//   h, c, prevH, prevC: (B, H).  prevH is read only where a sequence has ended; 0 gives zeros there.
//   lengths: (B) i32 or 0, see step.ts.  Range: sequences.  No aliasing but of c and prevC.
// Error: that of x + p, times slopes of at most 1, and 4 ulp for the functions and products.
import { row } from '../lanes/address';
import { madd } from '../lanes/madd';
import { sigmoid, tanh } from '../math/calls';
import { ended, keep, load4, store4, sumAt, throughSigmoid, throughTanh } from './step';

export function lstm_step_f32(
  h: usize, c: usize, gates: usize, x: usize, p: usize, prevH: usize, prevC: usize, lengths: usize, t: i32, H: i32,
  begin: i32, end: i32,
): void {
  for (let b = begin; b < end; b++) {
    const toH = row(h, b, H);
    const toC = row(c, b, H);
    const before = row(prevC, b, H);
    if (ended(lengths, t, b)) {
      keep(toH, prevH ? row(prevH, b, H) : 0, 0, H);
      keep(toC, before, 0, H);
      continue;
    }
    const px = row(x, b, 4 * H);
    const pp = row(p, b, 4 * H);
    const to = row(gates, b, 4 * H);
    for (let k = 0; k < H; k += 4) {
      const n = H - k;
      const i = sigmoid(sumAt(px, pp, k, n));
      const f = sigmoid(sumAt(px, pp, H + k, n));
      const g = tanh(sumAt(px, pp, 2 * H + k, n));
      const o = sigmoid(sumAt(px, pp, 3 * H + k, n));
      const cell = madd(f, load4(before, k, n), f32x4.mul(i, g));
      store4(toC, k, cell, n);
      store4(toH, k, f32x4.mul(o, tanh(cell)), n);
      if (gates) {
        store4(to, k, i, n);
        store4(to, H + k, f, n);
        store4(to, 2 * H + k, g, n);
        store4(to, 3 * H + k, o, n);
      }
    }
  }
}

// Backward: da, the gradient of x and of p, and dc, which comes in as the gradient of c from the step
// after this one and goes out as that of prevC.  carry is the part of prevH's gradient that does not go
// through p: 0, or dy + dh where the sequence has ended (da is 0 there).
//   da, gates: (B, 4 H).  dc, carry, dy, dh, dyc, c, prevC: (B, H).  dy and dyc come from the step's
//   outputs h and c, dh from the step after it.  carry and dh are 0 where h is projected.
export function lstm_step_f32_backward(
  da: usize, dc: usize, carry: usize, dy: usize, dh: usize, dyc: usize, gates: usize, c: usize, prevC: usize,
  lengths: usize, t: i32, H: i32, begin: i32, end: i32,
): void {
  for (let b = begin; b < end; b++) {
    const to = row(da, b, 4 * H);
    const cell = row(dc, b, H);
    const g0 = row(dy, b, H);
    const r0 = dh ? row(dh, b, H) : 0;
    const gc = row(dyc, b, H);
    const over = ended(lengths, t, b);
    if (carry) keep(row(carry, b, H), over ? g0 : 0, over ? r0 : 0, H);
    if (over) {
      keep(to, 0, 0, 4 * H);
      keep(cell, cell, gc, H);
      continue;
    }
    const y = row(gates, b, 4 * H);
    const now = row(c, b, H);
    const before = row(prevC, b, H);
    for (let k = 0; k < H; k += 4) {
      const n = H - k;
      const i = load4(y, k, n);
      const f = load4(y, H + k, n);
      const g = load4(y, 2 * H + k, n);
      const o = load4(y, 3 * H + k, n);
      const squashed = tanh(load4(now, k, n));
      let d = load4(g0, k, n);
      if (dh) d = f32x4.add(d, load4(r0, k, n));
      let s = f32x4.add(load4(gc, k, n), load4(cell, k, n));
      s = f32x4.add(s, throughTanh(f32x4.mul(d, o), squashed));
      store4(to, k, throughSigmoid(f32x4.mul(s, g), i), n);
      store4(to, H + k, throughSigmoid(f32x4.mul(s, load4(before, k, n)), f), n);
      store4(to, 2 * H + k, throughTanh(f32x4.mul(s, i), g), n);
      store4(to, 3 * H + k, throughSigmoid(f32x4.mul(d, squashed), o), n);
      store4(cell, k, f32x4.mul(s, f), n);
    }
  }
}
