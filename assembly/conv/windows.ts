// Maxima and means over windows of a plane, in up to three dimensions; the windows are those of
// geometry.ts, one plane at a time (N planes, no groups, one channel).
//
// window_max_f32: y[n,p] = max over taps t of x[n, q(p,t)], and at[n,p], the offset of the first maximum in
// its plane.  NaN wins.  What lies outside takes no part; a window wholly outside gives -inf and offset -1.
// y: (N, P) f32 · at: (N, P) i32 · x: (N, input plane), dense.  No aliasing.  Range: planes.  Exact.
import { at, row } from '../lanes/address';
import { Geometry, inputs, met, outputs, taps } from './geometry';

// A call of `offsets` for each tap would go over the plane as often; here each position walks its taps.

/** The coordinate in one dimension, by position and tap. */
@inline
function along(position: i32, tap: i32, mul: i32, add: i32, step: i32, size: i32): i32 {
  return met(position * mul + add + tap * step, 1, size);
}

/** The offset that position p meets through tap t, or -1. */
@inline
function offset(g: Geometry, p: i32, t: i32): i32 {
  const x = along(p % g.outW, t % g.tapW, g.mulW, g.addW, g.stepW, g.sizeW);
  const y = along(p / g.outW % g.outH, t / g.tapW % g.tapH, g.mulH, g.addH, g.stepH, g.sizeH);
  const z = along(p / g.outW / g.outH, t / g.tapW / g.tapH, g.mulD, g.addD, g.stepD, g.sizeD);
  return (x | y | z) < 0 ? -1 : (z * g.sizeH + y) * g.sizeW + x;
}

export function window_max_f32(y: usize, where: usize, x: usize, geometry: usize, begin: i32, end: i32): void {
  const g = changetype<Geometry>(geometry);
  const P = outputs(g);
  const T = taps(g);
  for (let n = begin; n < end; n++) {
    const from = row(x, n, inputs(g));
    for (let p = 0; p < P; p++) {
      let best: f32 = -Infinity;
      let place = -1;
      for (let t = 0; t < T; t++) {
        const q = offset(g, p, t);
        if (q < 0) continue;
        const v = load<f32>(at(from, q));
        if (place < 0 || v > best || (isNaN(v) && !isNaN(best))) {
          best = v;
          place = q;
        }
      }
      store<f32>(at(row(y, n, P), p), best);
      store<i32>(at(row(where, n, P), p), place);
    }
  }
}

// dx[n,q] = sum of dy[n,p] over the windows whose maximum is at q, in order of p.  dx: written.
export function window_max_f32_backward(
  dx: usize, dy: usize, where: usize, geometry: usize, begin: i32, end: i32,
): void {
  const g = changetype<Geometry>(geometry);
  const P = outputs(g);
  const size = inputs(g);
  for (let n = begin; n < end; n++) {
    const to = row(dx, n, size);
    memory.fill(to, 0, <usize>size << 2);
    for (let p = 0; p < P; p++) {
      const q = load<i32>(at(row(where, n, P), p));
      if (q >= 0) store<f32>(at(to, q), load<f32>(at(to, q)) + load<f32>(at(row(dy, n, P), p)));
    }
  }
}

// window_mean_f32: y[n,p] = sum over taps of x[n, q(p,t)] / share[p].  What lies outside counts as 0.
// y: (N, P) · x: (N, input plane) · share: (P), all f32.  No aliasing.  Range: planes.
// The sum is taken in the order of the taps.  Error: taps 2^-24 times the sum of |x| / share.
export function window_mean_f32(y: usize, x: usize, share: usize, geometry: usize, begin: i32, end: i32): void {
  const g = changetype<Geometry>(geometry);
  const P = outputs(g);
  const T = taps(g);
  for (let n = begin; n < end; n++) {
    const from = row(x, n, inputs(g));
    for (let p = 0; p < P; p++) {
      let sum: f32 = 0;
      for (let t = 0; t < T; t++) {
        const q = offset(g, p, t);
        if (q >= 0) sum += load<f32>(at(from, q));
      }
      store<f32>(at(row(y, n, P), p), sum / load<f32>(at(share, p)));
    }
  }
}

// dx[n,q] = sum of dy[n,p] / share[p] over the windows that hold q, in order of p.  dx: written.
export function window_mean_f32_backward(
  dx: usize, dy: usize, share: usize, geometry: usize, begin: i32, end: i32,
): void {
  const g = changetype<Geometry>(geometry);
  const P = outputs(g);
  const T = taps(g);
  const size = inputs(g);
  for (let n = begin; n < end; n++) {
    const to = row(dx, n, size);
    memory.fill(to, 0, <usize>size << 2);
    for (let p = 0; p < P; p++) {
      const part = load<f32>(at(row(dy, n, P), p)) / load<f32>(at(share, p));
      for (let t = 0; t < T; t++) {
        const q = offset(g, p, t);
        if (q >= 0) store<f32>(at(to, q), load<f32>(at(to, q)) + part);
      }
    }
  }
}
