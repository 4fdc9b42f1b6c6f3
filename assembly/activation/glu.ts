// Gated linear units (Y. Dauphin et al., 2017; N. Shazeer, "GLU Variants Improve Transformer", 2020):
//   y = act(gate) * up
// SwiGLU is SILU, GeGLU is GELU or GELU_TANH, ReGLU is RELU, GLU is SIGMOID, bilinear is NONE: the first
// eight codes of kind.ts, any other is NONE.  All operands (M, N) f32 with row strides of their own, so
// that gate and up can be the halves of one matrix.  y may alias gate or up, and the gradients any
// operand, where the strides agree.  Error: that of the activation and one rounding.
import { at, row } from '../lanes/address';
import { loadPart, storePart } from '../lanes/tail';
import * as Kind from './kind';
import { None, Relu } from './rectifiers';
import { Gelu, GeluTanh, QuickGelu, Sigmoid, Silu, Tanh } from './sigmoids';

@inline
function gated<F>(gate: v128, up: v128): v128 {
  const unused = f32x4.splat(0);
  return f32x4.mul(changetype<F>(0).apply(gate, unused, unused), up);
}

/** One row, four vectors at a time for the reason given at mapWide. */
function rowForward<F>(y: usize, gate: usize, up: usize, N: i32): void {
  let i = 0;
  for (; i + 16 <= N; i += 16) {
    const g = at(gate, i);
    const u = at(up, i);
    const v0 = gated<F>(v128.load(g), v128.load(u));
    const v1 = gated<F>(v128.load(g, 16), v128.load(u, 16));
    const v2 = gated<F>(v128.load(g, 32), v128.load(u, 32));
    const v3 = gated<F>(v128.load(g, 48), v128.load(u, 48));
    const p = at(y, i);
    v128.store(p, v0);
    v128.store(p, v1, 16);
    v128.store(p, v2, 32);
    v128.store(p, v3, 48);
  }
  fours<F>(y, gate, up, i, N);
}

/** Columns from i on, one vector at a time: tails, and functions that few models gate with, whose code stays small. */
@inline
function fours<F>(y: usize, gate: usize, up: usize, i: i32, N: i32): void {
  for (; i < N; i += 4) {
    const n = N - i;
    storePart(at(y, i), gated<F>(loadPart(at(gate, i), n, 0), loadPart(at(up, i), n, 0)), n);
  }
}

function rowBackward<F>(dgate: usize, dup: usize, dy: usize, gate: usize, up: usize, N: i32): void {
  const unused = f32x4.splat(0);
  for (let i = 0; i < N; i += 4) {
    const n = N - i;
    const d = loadPart(at(dy, i), n, 0);
    const g = loadPart(at(gate, i), n, 0);
    const slope = changetype<F>(0).slope(g, unused, unused);
    const dg = f32x4.mul(f32x4.mul(d, loadPart(at(up, i), n, 0)), slope);
    const du = gated<F>(g, d);
    storePart(at(dgate, i), dg, n);
    storePart(at(dup, i), du, n);
  }
}

/** y = act(gate) * up; ys, gs and us are the row strides of y, gate and up. */
export function glu_f32(
  y: usize, gate: usize, up: usize, kind: i32, N: i32, ys: i32, gs: i32, us: i32, begin: i32, end: i32,
): void {
  for (let m = begin; m < end; m++) {
    const to = row(y, m, ys);
    const g = row(gate, m, gs);
    const u = row(up, m, us);
    switch (kind) {
      case Kind.RELU: rowForward<Relu>(to, g, u, N); break;
      case Kind.GELU: fours<Gelu>(to, g, u, 0, N); break;
      case Kind.GELU_TANH: rowForward<GeluTanh>(to, g, u, N); break;
      case Kind.QUICK_GELU: fours<QuickGelu>(to, g, u, 0, N); break;
      case Kind.SILU: rowForward<Silu>(to, g, u, N); break;
      case Kind.TANH: fours<Tanh>(to, g, u, 0, N); break;
      case Kind.SIGMOID: fours<Sigmoid>(to, g, u, 0, N); break;
      default: fours<None>(to, g, u, 0, N);
    }
  }
}

/** dgate = dy up act'(gate), dup = dy act(gate); the strides in the order of the operands. */
export function glu_f32_backward(
  dgate: usize, dup: usize, dy: usize, gate: usize, up: usize, kind: i32,
  N: i32, dgs: i32, dus: i32, dys: i32, gs: i32, us: i32, begin: i32, end: i32,
): void {
  for (let m = begin; m < end; m++) {
    const dg = row(dgate, m, dgs);
    const du = row(dup, m, dus);
    const d = row(dy, m, dys);
    const g = row(gate, m, gs);
    const u = row(up, m, us);
    switch (kind) {
      case Kind.RELU: rowBackward<Relu>(dg, du, d, g, u, N); break;
      case Kind.GELU: rowBackward<Gelu>(dg, du, d, g, u, N); break;
      case Kind.GELU_TANH: rowBackward<GeluTanh>(dg, du, d, g, u, N); break;
      case Kind.QUICK_GELU: rowBackward<QuickGelu>(dg, du, d, g, u, N); break;
      case Kind.SILU: rowBackward<Silu>(dg, du, d, g, u, N); break;
      case Kind.TANH: rowBackward<Tanh>(dg, du, d, g, u, N); break;
      case Kind.SIGMOID: rowBackward<Sigmoid>(dg, du, d, g, u, N); break;
      default: rowBackward<None>(dg, du, d, g, u, N);
    }
  }
}
