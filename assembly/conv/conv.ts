// conv_f32: y[n,m,p] = sum over channels c and taps t of w[m,c,t] x[n,c,q(p,t)] + bias[m], where q is the
// element that position p meets through tap t (geometry.ts), or 0; each group of channels by itself.
//
// y: (N, G, M, P) f32 · x: (N, G, C, input plane) · w: (G, M, C, taps) · bias: (G, M) or 0, all dense · geometry:
// the record of geometry.ts · scratch: conv_f32_scratch floats.  No aliasing.  Range: plane (n, g) * panels(P)
// + panel of positions.
// With strides, paddings and groups of a convolution this is torch's conv1d/2d/3d; with the geometry of its
// gradient, dy for x and w turned to (G, C, M, taps), it is the gradient for x.
// Every element is one chain of multiply-adds over (c, t) in order from 0, then the bias: its bits depend
// neither on the batch nor on the position.  Error: (C taps + 1) 2^-24 (sum |w||x| + |bias|), to first order.
import { NONE } from '../activation/kind';
import { gemm_f32 } from '../gemm/gemm';
import { NR, panelOf, panels } from '../gemm/layout';
import { at } from '../lanes/address';
import { loadPart, storePart } from '../lanes/tail';
import { gatherPositions, gatherTaps, RUN } from './gather';
import { Geometry, inputs, outputs, taps } from './geometry';

// Gathered panels of so many floats stay in the second-level cache until the filters have met them.
const BLOCK: i32 = 1 << 16;

/** How many panels of K rows are gathered at a time. */
@inline
function room(K: i32): i32 {
  return max(1, BLOCK / max(K * NR, 1));
}

/** Floats of scratch for conv_f32 and conv_f32_backward_weight. */
export function conv_f32_scratch(C: i32, T: i32, P: i32): i32 {
  const forward = min(room(C * T), panels(P)) * C * T * NR;
  return RUN + max(forward, min(room(RUN), panels(C * T)) * RUN * NR);
}

export function conv_f32(
  y: usize, x: usize, w: usize, bias: usize, geometry: usize, scratch: usize, begin: i32, end: i32,
): void {
  const g = changetype<Geometry>(geometry);
  const P = outputs(g);
  const K = g.C * taps(g);
  const perPlane = panels(P);
  const bp = at(scratch, RUN);
  for (let i = begin; i < end; ) {
    const plane = i / perPlane;
    const first = i % perPlane;
    const count = min(min(perPlane - first, end - i), room(K));
    const from = x + <usize>plane * <usize>(g.C * inputs(g)) * 4;
    for (let n = 0; n < count; n++) gatherPositions(panelOf(bp, n, K), from, g, (first + n) * NR, scratch);
    const group = plane % g.G;
    const to = at(y + <usize>plane * <usize>(g.M * P) * 4, first * NR);
    const columns = min(count * NR, P - first * NR);
    gemm_f32(to, at(w, group * g.M * K), bp, 0, 0, g.M, columns, K, K, 1, P, 0, NONE, 0, count);
    if (bias) addBias(to, at(bias, group * g.M), g.M, columns, P);
    i += count;
  }
}

/** y[m, :] += bias[m], rows `stride` apart. */
function addBias(y: usize, bias: usize, M: i32, columns: i32, stride: i32): void {
  for (let m = 0; m < M; m++) {
    const b = v128.load_splat<f32>(at(bias, m));
    for (let n = 0; n < columns; n += 4) {
      const p = at(y, n);
      storePart(p, f32x4.add(loadPart(p, columns - n, 0), b), columns - n);
    }
    y += <usize>stride << 2;
  }
}

// conv_f32_backward_weight: dw[m,c,t] = sum over n and p of dy[n,m,p] x[n,c,q(p,t)].
// dw: (G, M, C, taps), written · dy: (N, G, M, P) · x, geometry, scratch as above.  Range: group *
// panels(C taps) + panel of (c, t).
// A sum over the positions is taken in runs of 64, each one chain, and the runs are added in order.
export function conv_f32_backward_weight(
  dw: usize, dy: usize, x: usize, geometry: usize, scratch: usize, begin: i32, end: i32,
): void {
  const g = changetype<Geometry>(geometry);
  const P = outputs(g);
  const K = g.C * taps(g);
  const perGroup = panels(K);
  const bp = at(scratch, RUN);
  for (let i = begin; i < end; ) {
    const group = i / perGroup;
    const first = i % perGroup;
    const last = min(min(perGroup, first + end - i), first + room(RUN));
    const columns = min(K - first * NR, (last - first) * NR);
    const to = at(dw, group * g.M * K + first * NR);
    if (P == 0 || g.N == 0) gemm_f32(to, 0, bp, 0, 0, g.M, columns, 0, 0, 1, K, 0, NONE, 0, last - first);
    for (let n = 0; n < g.N; n++) {
      const plane = <usize>(n * g.G + group);
      for (let p = 0; p < P; p += RUN) {
        const rows = min(RUN, P - p);
        gatherTaps(bp, x + plane * <usize>(g.C * inputs(g)) * 4, g, p, rows, first, last, scratch);
        const from = at(dy + plane * <usize>(g.M * P) * 4, p);
        const sum = n + p > 0 ? to : 0;
        gemm_f32(to, from, bp, 0, sum, g.M, columns, rows, P, 1, K, K, NONE, 0, last - first);
      }
    }
    i += last - first;
  }
}
