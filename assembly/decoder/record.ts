// What a decoder's pass reads about its model: one record for all layers, and one for each.  They are written by
// src/models/gated-record.ts, word by word in this order.
import { attention_f32_scratch } from '../attention/forward';
import { pad16 } from '../attention/problem';
import { Format } from '../quant/formats';
import { gemm_quant_rows_size, gemm_quant_scratch } from '../quant/quant';

/** What all layers have in common. */
@unmanaged
export class Sizes {
  /** columns of the hidden state */
  hidden: i32;
  /** columns of gate and up */
  inner: i32;
  /** query heads, key and value heads, columns of one */
  H: i32;
  G: i32;
  D: i32;
  /** pairs of a head's columns that are turned by position */
  half: i32;
  /** of the gate: activation/kind.ts */
  act: i32;
  /** of the norms */
  eps: f32;
  /** of the scores */
  scale: f32;
}

/** One layer: addresses, 0 for what it does not have. */
@unmanaged
export class Layer {
  /** (hidden) weights of the norms before attention and before the gate */
  attentionNorm: usize;
  gateNorm: usize;
  /** query, key and value, (H D + 2 G D, hidden) packed in a format of quant/formats.ts or, -1, f32; biases of each */
  qkv: usize;
  qkvFormat: i32;
  qBias: usize;
  kBias: usize;
  vBias: usize;
  /** (D) weights of the norms of a query and a key */
  qNorm: usize;
  kNorm: usize;
  /** (hidden, H D) packed */
  out: usize;
  outFormat: i32;
  outBias: usize;
  /** gate and up, (2 inner, hidden) packed, and the biases of each */
  gateUp: usize;
  gateUpFormat: i32;
  gateBias: usize;
  upBias: usize;
  /** (hidden, inner) packed */
  down: usize;
  downFormat: i32;
  downBias: usize;
  /** caches (B, G, capacity, D) */
  keys: usize;
  values: usize;
  capacity: i32;
  /** how far back a query sees, as the lower bound of attention_f32 counts it */
  reach: i32;
}

/** Columns of queries, keys and values side by side. */
@inline
export function qkvColumns(p: Sizes): i32 {
  return (p.H + 2 * p.G) * p.D;
}

/** Columns of the widest input of a product. */
@inline
export function widest(p: Sizes): i32 {
  return pad16(max(max(p.hidden, p.inner), p.H * p.D));
}

/** Columns of the widest product of several matrices. */
@inline
export function widestJoint(p: Sizes): i32 {
  return pad16(max(qkvColumns(p), 2 * p.inner));
}

/** Floats before the working memory of products and attention. */
export function rowsFloats(p: Sizes, M: i32): i32 {
  return 2 * M * widest(p) + (M + 1) * widestJoint(p);
}

/** Bytes of working memory for M rows. */
export function gated_decoder_f32_scratch(sizes: usize, M: i32): usize {
  const p = changetype<Sizes>(sizes);
  let most = <usize>attention_f32_scratch(p.D, p.D) << 2;
  for (let format = <i32>Format.q8; format <= <i32>Format.q4_1; format++) {
    most = max(most, gemm_quant_scratch(format) + gemm_quant_rows_size(format, M, widest(p)));
  }
  return (<usize>rowsFloats(p, M) << 2) + most;
}
