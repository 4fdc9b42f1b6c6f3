// gemm_q4_pack: wp = W in int4 panels (layout4.ts).  In every group of 32 k of a channel the weight that is
// largest in magnitude, m, becomes exactly -8 of its steps: scale = bf16(m / -8), q = round(w / scale) + 8 to
// nearest even, at most 15.  |w - scale (q - 8)| <= |scale| / 2, at the far end |scale|, and 8 |scale| 2^-9 there.
// gemm_q4_unpack: w = scale (q - 8).  gemm_q4_gather_rows: the same for rows ids[i].
//
// w: (N, K) f32, element (n, k) at w + n wn + k wk.  Groups within +-1e-30 count as zeros; one with a NaN or an
// infinity gets a scale that is not finite.  Range: panels; of gather_rows, rows of y.  No aliasing.
import { NR } from '../gemm/layout';
import { floatToBrain, brainToFloat } from '../lanes/half';
import { nibbleByte, nibbleShift } from '../lanes/nibbles';
import { BLOCK4, GROUP, groups, panel4Of, scaleOf, SCALES4, UNIT } from './layout4';

export function gemm_q4_pack(wp: usize, w: usize, N: i32, K: i32, wn: i32, wk: i32, begin: i32, end: i32): void {
  const step = <usize>wk << 2;
  for (let panel = begin; panel < end; panel++) {
    for (let g = 0; g < groups(K); g++) {
      const block = panel4Of(wp, panel, K) + <usize>g * BLOCK4;
      memory.fill(block, 0, BLOCK4);
      for (let n = 0; n < NR; n++) {
        const channel = panel * NR + n;
        const from = w + ((<usize>channel * <usize>wn) << 2) + <usize>(g * GROUP) * step;
        packGroup(block, n, from, channel < N ? min(K - g * GROUP, GROUP) : 0, step);
      }
    }
  }
}

/** One channel of a block of which `count` weights exist.  The block's bits are zero before. */
function packGroup(block: usize, n: i32, w: usize, count: i32, step: usize): void {
  let most: f32 = 0;
  for (let k = 0; k < count; k++) {
    const v = load<f32>(w + <usize>k * step);
    if (!(abs(v) <= abs(most))) most = v; // NaN stays: nothing compares with it
    if (most != most) break;
  }
  const bits = floatToBrain(f32x4.splat(abs(most) < 1e-30 ? 0 : most / -8));
  const scale = f32x4.extract_lane(brainToFloat(bits), 0);
  const inverse: f32 = scale == 0 ? 0 : 1 / scale;
  store<u16>(block + scaleOf(n), <u16>i32x4.extract_lane(bits, 0));
  for (let k = 0; k < GROUP; k++) {
    const x: f32 = k < count ? load<f32>(w + <usize>k * step) * inverse : 0;
    const q = max(min(i32(nearest(x)) + 8, 15), 0);
    const at = nibbleOf(block, n, k);
    store<u8>(at, <u8>(load<u8>(at) | (q << nibbleShift(k & 7))));
  }
}

/** The byte of a weight of a block. */
@inline
export function nibbleOf(block: usize, n: i32, k: i32): usize {
  return block + SCALES4 + <usize>(k >> 3) * UNIT + <usize>((n >> 2 << 4) + nibbleByte(n & 3, k & 7));
}

export function gemm_q4_unpack(w: usize, wp: usize, N: i32, K: i32, wn: i32, wk: i32, begin: i32, end: i32): void {
  for (let n = begin * NR; n < min(end * NR, N); n++) {
    unpackChannel(w + ((<usize>n * <usize>wn) << 2), wp, n, K, <usize>wk << 2);
  }
}

export function gemm_q4_gather_rows(y: usize, wp: usize, ids: usize, K: i32, begin: i32, end: i32): void {
  for (let i = begin; i < end; i++) {
    unpackChannel(y + ((<usize>i * <usize>K) << 2), wp, load<i32>(ids + (<usize>i << 2)), K, 4);
  }
}

function unpackChannel(to: usize, wp: usize, channel: i32, K: i32, step: usize): void {
  let block = panel4Of(wp, channel / NR, K);
  const n = channel % NR;
  for (let first = 0; first < K; first += GROUP) {
    const bits = i32x4.splat(load<u16>(block + scaleOf(n)));
    const scale = f32x4.extract_lane(brainToFloat(bits), 0);
    for (let k = 0; k < min(K - first, GROUP); k++) {
      const q = (<i32>load<u8>(nibbleOf(block, n, k)) >> nibbleShift(k & 7)) & 15;
      store<f32>(to, scale * <f32>(q - 8));
      to += step;
    }
    block += BLOCK4;
  }
}
