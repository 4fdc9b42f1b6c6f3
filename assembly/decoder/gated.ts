// A few tokens through the layers of a decoder of the Llama family in one call: RMS norms, rotary positions, grouped
// heads, gated feed-forward (H. Touvron et al., 2023).  Nothing here computes: it calls the kernels in the order and
// with the arguments of src/models/gated-decoder.ts, so that both ways give the same bits.  For one token the objects
// that JavaScript has for each layer take longer to come through the caches, which weights have just passed through,
// than what they say: 18 tensors a layer of decoding, against one record.
import { attention_f32, attention_f32_units } from '../attention/forward';
import { glu_f32 } from '../activation/glu';
import { panels } from '../gemm/layout';
import { gemm_f32 } from '../gemm/gemm';
import { at } from '../lanes/address';
import { rms_norm_f32 } from '../norm/rms_norm';
import { rope_f32 } from '../position/rope';
import { gemm_quant_f32, gemm_quant_rows, gemm_quant_scratch } from '../quant/quant';
import { Layer, qkvColumns, rowsFloats, Sizes, widest, widestJoint } from './record';

/**
 * y = what x is after `count` layers, both (B, L, hidden) f32; keys and values of the L new positions of each row go to
 * the layers' caches, behind the `past` that are there (past + L <= capacity).  Causal, every position seen that a
 * layer's window reaches.  layers: `count` of Layer; sizes: one of Sizes (record.ts); cos, sin (L, half), or
 * (B, L, half) if `own`; scratch: gated_decoder_f32_scratch bytes.
 */
export function gated_decoder_f32(
  y: usize, x: usize, layers: usize, sizes: usize, cos: usize, sin: usize, scratch: usize,
  own: i32, B: i32, L: i32, past: i32, count: i32,
): void {
  const p = changetype<Sizes>(sizes);
  const M = B * L;
  const z = scratch, h = at(z, M * widest(p)), t = at(h, M * widest(p));
  const bias = at(t, M * widestJoint(p));
  const work = at(scratch, rowsFloats(p, M));
  for (let i = 0; i < count; i++) {
    const w = changetype<Layer>(layers + <usize>i * offsetof<Layer>());
    rms_norm_f32(h, x, w.attentionNorm, 0, p.hidden, p.eps, 0, M);
    const qk = joined(bias, w.qBias, p.H * p.D, w.kBias, p.G * p.D, w.vBias);
    product(t, h, w.qkv, w.qkvFormat, qk, 0, work, M, qkvColumns(p), p.hidden);
    attend(h, t, w, p, cos, sin, work, own, B, L, past);
    product(z, h, w.out, w.outFormat, w.outBias, x, work, M, p.hidden, p.H * p.D);
    rms_norm_f32(h, z, w.gateNorm, 0, p.hidden, p.eps, 0, M);
    const gu = joined(bias, w.gateBias, p.inner, w.upBias, p.inner, 0);
    product(t, h, w.gateUp, w.gateUpFormat, gu, 0, work, M, 2 * p.inner, p.hidden);
    glu_f32(h, t, at(t, p.inner), p.act, p.inner, p.inner, 2 * p.inner, 2 * p.inner, 0, M);
    product(y, h, w.down, w.downFormat, w.downBias, z, work, M, p.hidden, p.inner);
    x = y;
  }
}

/** c (M, N) = a Wᵀ + bias + residual, all dense; c is neither a nor residual. */
function product(
  c: usize, a: usize, wp: usize, format: i32, bias: usize, residual: usize, work: usize, M: i32, N: i32, K: i32,
): void {
  if (format < 0) {
    gemm_f32(c, a, wp, bias, residual, M, N, K, K, 1, N, N, 0, 0, panels(N));
    return;
  }
  const rows = work + gemm_quant_scratch(format);
  gemm_quant_rows(rows, a, format, K, K, 0, M);
  gemm_quant_f32(c, rows, wp, bias, residual, work, format, M, N, K, N, N, 0, 0, panels(N));
}

/** Two or three biases as one, or none: those of a layer are all there or none is. */
function joined(to: usize, a: usize, A: i32, b: usize, N: i32, c: usize): usize {
  if (!a) return 0;
  memory.copy(to, a, <usize>A << 2);
  memory.copy(at(to, A), b, <usize>N << 2);
  if (c) memory.copy(at(to, A + N), c, <usize>N << 2);
  return to;
}

/** o (B, L, H D) = attention of y (B, L, H D + 2 G D) over the caches, which get the new keys and values. */
function attend(
  o: usize, y: usize, w: Layer, p: Sizes, cos: usize, sin: usize, work: usize, own: i32, B: i32, L: i32, past: i32,
): void {
  const H = p.H, G = p.G, D = p.D;
  const row = qkvColumns(p);
  const k = at(y, H * D), v = at(k, G * D);
  if (w.qNorm) {
    for (let m = 0; m < B * L; m++) {
      const q = m * row;
      rms_norm_f32(at(y, q), at(y, q), w.qNorm, 0, D, p.eps, 0, H);
      rms_norm_f32(at(k, q), at(k, q), w.kNorm, 0, D, p.eps, 0, G);
    }
  }
  const head = w.capacity * D;
  const table = own ? L * p.half : 0;
  rope_f32(y, y, cos, sin, 0, L, H, D, p.half, L * row, row, D, L * row, row, D, table, p.half, 0, B * L);
  rope_f32(
    at(w.keys, past * D), k, cos, sin, 0, L, G, D, p.half,
    G * head, D, head, L * row, row, D, table, p.half, 0, B * L,
  );
  for (let m = 0; m < B * L; m++) {
    for (let g = 0; g < G; g++) {
      const to = (m / L * G + g) * head + (past + m % L) * D;
      memory.copy(at(w.values, to), at(v, m * row + g * D), <usize>D << 2);
    }
  }
  attention_f32(
    o, 0, y, w.keys, w.values, 0, work,
    H, G, L, past + L, D, D,
    L * row, D, row, G * head, head, D,
    G * head, head, D, L * H * D, D, H * D,
    0, 0, 0, 0, 0, p.scale, 0, past - w.reach, past, 0, attention_f32_units(B, H, G, L),
  );
}
