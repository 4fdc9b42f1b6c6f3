// Scaled dot-product attention, streaming: the online softmax of M. Milakov and N. Gimelshein (2018) in
// tiles as in FlashAttention (T. Dao et al., 2022).  No L x S matrix is ever held.
import { describe, layout, Problem, scratchFloats, takeTile, unitsPerHead } from './problem';
import { attendTile } from './tile';

/** Floats of scratch that one call (one worker) needs; 16-byte aligned is faster. */
export function attention_f32_scratch(D: i32, Dv: i32): i32 {
  return scratchFloats(D, Dv);
}

/** Units of work: the range of attention_f32 is [0, units). */
export function attention_f32_units(B: i32, H: i32, G: i32, L: i32): i32 {
  return B * G * unitsPerHead(H / G, L);
}

/**
 * o = softmax(cap(scale q k^T) + mask) v, per head.
 *
 * q: (B, H, L, D), k: (B, G, S, D), v: (B, G, S, Dv), o: (B, H, L, Dv), f32; the last dimension is
 * contiguous, the others have the strides qB qH qL, ... in elements.  H is a multiple of G: query head h
 * reads kv head h / (H / G).  lse: (B, H, L) f32 dense, the log-sum-exp of each row of scores, or 0.
 * mask: kind 0 none, 1 u8 (nonzero = attend), 2 f32 (added; -inf = do not attend), strides mB mH mL mS,
 * 0 where it is broadcast.  Query i sees key j if i + lo <= j <= i + hi; -2^30 and 2^30 mean no bound.
 * Causal: hi = offset, 0 when L = S, S - L after a KV cache; a sliding window of w keys back: lo =
 * offset - w.  softcap: cap(s) = softcap * tanh(s / softcap); 0 = none.
 *
 * A row that sees no key gives zeros and lse = -inf.  A hidden key, or one whose weight underflows to
 * zero, does not touch the row, whatever it holds.  o and lse alias nothing.  scratch: attention_f32_scratch.
 * Units [begin, end): (batch, kv head, part of its rows), see attention_f32_units.  A row's bits depend only on
 * its query, the keys and values it sees and their positions: not on L, B, S, the tile or the range.
 * Error of o: about (D/2 max|q||k| |scale| + S) 2^-24 relative to max|v|.
 */
export function attention_f32(
  o: usize, lse: usize, q: usize, k: usize, v: usize, mask: usize, scratch: usize,
  H: i32, G: i32, L: i32, S: i32, D: i32, Dv: i32,
  qB: i32, qH: i32, qL: i32, kB: i32, kH: i32, kS: i32,
  vB: i32, vH: i32, vS: i32, oB: i32, oH: i32, oL: i32,
  kind: i32, mB: i32, mH: i32, mL: i32, mS: i32,
  scale: f32, softcap: f32, lo: i32, hi: i32, begin: i32, end: i32,
): void {
  const p = changetype<Problem>(scratch);
  p.o = o; p.lse = lse; p.k = k; p.v = v;
  p.kB = kB; p.kH = kH; p.kS = kS;
  p.vB = vB; p.vH = vH; p.vS = vS;
  p.oB = oB; p.oH = oH; p.oL = oL;
  describe(p, q, mask, H, G, L, S, D, Dv, qB, qH, qL, kind, mB, mH, mL, mS, scale, softcap, lo, hi);
  layout(p);
  for (let u = begin; u < end; ) {
    const left = end - u;
    u = takeTile(p, u, end);
    if (left == end - begin || p.kvHead == 0) {
      p.kvFirst = p.kvHead;
      p.heads = min(G - p.kvHead, left);
    }
    attendTile(p, p.batch, p.kvHead, p.row, p.rows);
  }
}
