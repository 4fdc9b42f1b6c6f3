// One step of a GRU (Cho et al. 2014) in PyTorch's form, in which r gates what the state contributes to n,
// bias included; rows of weights and gates in the order r z n:
//   r = sigmoid(x_r + p_r);  z = sigmoid(x_z + p_z);  n = tanh(x_n + r p_n);  h = n + z (prev - n)
//   x, p: (B, 3 H) f32, dense.  x = W_ih x_t + b_ih, p = W_hh prev + b_hh.  h, prev: (B, H).
//   gates: (B, 4 H), receives r, z, n and p_n for the backward pass; 0 if there is none.  Rows that have
//   ended leave it alone.
//   lengths: (B) i32 or 0, see step.ts.  Range: sequences.  No aliasing but of h and prev.
// Error: that of x + p, times slopes of at most 1, and 4 ulp for the functions and products.
import { row } from '../lanes/address';
import { madd } from '../lanes/madd';
import { sigmoid, tanh } from '../math/calls';
import { ended, keep, load4, store4, sumAt, throughSigmoid, throughTanh } from './step';

export function gru_step_f32(
  h: usize, gates: usize, x: usize, p: usize, prev: usize, lengths: usize, t: i32, H: i32, begin: i32, end: i32,
): void {
  for (let b = begin; b < end; b++) {
    const toH = row(h, b, H);
    const before = row(prev, b, H);
    if (ended(lengths, t, b)) {
      keep(toH, before, 0, H);
      continue;
    }
    const px = row(x, b, 3 * H);
    const pp = row(p, b, 3 * H);
    const to = row(gates, b, 4 * H);
    for (let k = 0; k < H; k += 4) {
      const n = H - k;
      const r = sigmoid(sumAt(px, pp, k, n));
      const z = sigmoid(sumAt(px, pp, H + k, n));
      const inner = load4(pp, 2 * H + k, n);
      const fresh = tanh(madd(r, inner, load4(px, 2 * H + k, n)));
      const old = load4(before, k, n);
      store4(toH, k, madd(z, f32x4.sub(old, fresh), fresh), n);
      if (gates) {
        store4(to, k, r, n);
        store4(to, H + k, z, n);
        store4(to, 2 * H + k, fresh, n);
        store4(to, 3 * H + k, inner, n);
      }
    }
  }
}

// Backward: dx and dp, the gradients of x and of p, and carry, the part of prev's gradient that does not
// go through p: (dy + dh) z, or dy + dh where the sequence has ended (dx and dp are 0 there).
//   dx, dp: (B, 3 H).  gates: (B, 4 H).  carry, dy, dh, prev: (B, H).  dy comes from the step's output, dh
//   from the step after it.
export function gru_step_f32_backward(
  dx: usize, dp: usize, carry: usize, dy: usize, dh: usize, gates: usize, prev: usize, lengths: usize, t: i32, H: i32,
  begin: i32, end: i32,
): void {
  for (let b = begin; b < end; b++) {
    const toX = row(dx, b, 3 * H);
    const toP = row(dp, b, 3 * H);
    const on = row(carry, b, H);
    const g0 = row(dy, b, H);
    const r0 = row(dh, b, H);
    if (ended(lengths, t, b)) {
      keep(toX, 0, 0, 3 * H);
      keep(toP, 0, 0, 3 * H);
      keep(on, g0, r0, H);
      continue;
    }
    const y = row(gates, b, 4 * H);
    const before = row(prev, b, H);
    for (let k = 0; k < H; k += 4) {
      const n = H - k;
      const r = load4(y, k, n);
      const z = load4(y, H + k, n);
      const fresh = load4(y, 2 * H + k, n);
      const inner = load4(y, 3 * H + k, n);
      const d = f32x4.add(load4(g0, k, n), load4(r0, k, n));
      const da = throughTanh(f32x4.mul(d, f32x4.sub(f32x4.splat(1), z)), fresh);
      const dr = throughSigmoid(f32x4.mul(da, inner), r);
      const dz = throughSigmoid(f32x4.mul(d, f32x4.sub(load4(before, k, n), fresh)), z);
      store4(toX, k, dr, n);
      store4(toX, H + k, dz, n);
      store4(toX, 2 * H + k, da, n);
      store4(toP, k, dr, n);
      store4(toP, H + k, dz, n);
      store4(toP, 2 * H + k, f32x4.mul(da, r), n);
      store4(on, k, f32x4.mul(d, z), n);
    }
  }
}
