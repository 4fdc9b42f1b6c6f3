// gemm_q4_1_pack: wp = W in int4 panels with minima (layout.ts).  In every group of 32 k of a channel
// minimum = bf16(min(0, min w)), scale = bf16((max(0, max w) - minimum) / 15), q = round((w - minimum) / scale) to
// nearest even, in 0..15.  |w - (scale q + minimum)| <= scale / 2 (1 + 2^-4) and at the ends 2^-9 |minimum| more.
// gemm_q4_1_unpack: w = scale q + minimum.  gemm_q4_1_gather_rows: the same for rows ids[i].
//
// w: (N, K) f32, element (n, k) at w + n wn + k wk.  Groups and minima within 1e-30 count as zeros; a group with a
// NaN or an infinity gets a scale that is not finite.  Range: panels; of gather_rows, rows of y.  No aliasing.
// That zero is always within a group's range keeps scale and minimum of one size, so that weights which were
// unpacked give the same integers, scales and minima again.
import { NR } from '../../gemm/layout';
import { brainToFloat, floatToBrain } from '../../lanes/half';
import { nibbleShift } from '../../lanes/nibbles';
import { GROUP, groups, scaleOf, SCALES4 } from '../layout4';
import { nibbleOf } from '../pack4';
import { BLOCK4_1, MINIMA } from './layout';

export function gemm_q4_1_pack(wp: usize, w: usize, N: i32, K: i32, wn: i32, wk: i32, begin: i32, end: i32): void {
  const step = <usize>wk << 2;
  let block = wp + <usize>begin * <usize>groups(K) * BLOCK4_1;
  for (let first = begin * NR; first < end * NR; first += NR) {
    for (let k = 0; k < K; k += GROUP) {
      memory.fill(block, 0, BLOCK4_1);
      for (let n = 0; n < min(N - first, NR); n++) {
        const from = w + ((<usize>(first + n) * <usize>wn) << 2) + <usize>k * step;
        packGroup(block, n, from, min(K - k, GROUP), step);
      }
      block += BLOCK4_1;
    }
  }
}

/** One channel of a block whose bits are zero before: `count` weights. */
function packGroup(block: usize, n: i32, w: usize, count: i32, step: usize): void {
  let low: f32 = 0, high: f32 = 0;
  for (let k = 0; k < count; k++) {
    const v = load<f32>(w + <usize>k * step);
    low = min<f32>(low, v), high = max<f32>(high, v);
  }
  if (low > -1e-30) low = 0;
  const least = nearestBrain(low);
  const range = high - least;
  const scale = nearestBrain(range < 1e-30 ? 0 : range / 15);
  const inverse: f32 = scale == 0 ? 0 : 1 / scale;
  store<u16>(block + scaleOf(n), brainBits(scale));
  store<u16>(block + SCALES4 + scaleOf(n), brainBits(least * -0.125));
  for (let k = 0; k < count; k++) {
    const q = max(min(i32(nearest((load<f32>(w + <usize>k * step) - least) * inverse)), 15), 0);
    const at = nibbleOf(block + MINIMA, n, k);
    store<u8>(at, <u8>(load<u8>(at) | (q << nibbleShift(k & 7))));
  }
}

/** The nearest bf16. */
@inline
function nearestBrain(x: f32): f32 {
  return f32x4.extract_lane(brainToFloat(floatToBrain(f32x4.splat(x))), 0);
}

/** The bits of a bf16. */
@inline
function brainBits(x: f32): u16 {
  return <u16>(reinterpret<u32>(x) >> 16);
}

export function gemm_q4_1_unpack(w: usize, wp: usize, N: i32, K: i32, wn: i32, wk: i32, begin: i32, end: i32): void {
  for (let n = begin * NR; n < min(end * NR, N); n++) {
    unpackChannel(w + ((<usize>n * <usize>wn) << 2), wp, n, K, <usize>wk << 2);
  }
}

export function gemm_q4_1_gather_rows(y: usize, wp: usize, ids: usize, K: i32, begin: i32, end: i32): void {
  for (let i = begin; i < end; i++) {
    unpackChannel(y + ((<usize>i * <usize>K) << 2), wp, load<i32>(ids + (<usize>i << 2)), K, 4);
  }
}

function unpackChannel(to: usize, wp: usize, channel: i32, K: i32, step: usize): void {
  let block = wp + <usize>(channel / NR) * <usize>groups(K) * BLOCK4_1;
  const n = channel % NR;
  for (let first = 0; first < K; first += GROUP) {
    const scale = reinterpret<f32>(<u32>load<u16>(block + scaleOf(n)) << 16);
    const least = reinterpret<f32>(<u32>load<u16>(block + SCALES4 + scaleOf(n)) << 16) * -8;
    for (let k = 0; k < min(K - first, GROUP); k++) {
      const q = (<i32>load<u8>(nibbleOf(block + MINIMA, n, k)) >> nibbleShift(k & 7)) & 15;
      store<f32>(to, scale * <f32>q + least);
      to += step;
    }
    block += BLOCK4_1;
  }
}
