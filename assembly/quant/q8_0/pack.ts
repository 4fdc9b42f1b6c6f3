// gemm_q8_0_pack: wp = W in int8 panels with a scale a group (layout.ts).  In every group of 32 k of a channel
// scale = bf16(max |w| / 127), q = round(w / scale) to nearest even, in -127..127.  |w - scale q| <= scale / 2, at
// the ends scale (1/2 + 2^-2).
// gemm_q8_0_unpack: w = scale q, exact.  gemm_q8_0_gather_rows: the same for rows ids[i].
//
// w: (N, K) f32, element (n, k) at w + n wn + k wk.  Groups within +-1e-30 count as zeros; one with a NaN or an
// infinity gets a scale that is not finite.  Range: panels; of gather_rows, rows of y.  No aliasing.
import { NR } from '../../gemm/layout';
import { brainToFloat, floatToBrain } from '../../lanes/half';
import { GROUP, groups, scaleOf, SCALES4 } from '../layout4';
import { BLOCK8, ROW8 } from './layout';

export function gemm_q8_0_pack(wp: usize, w: usize, N: i32, K: i32, wn: i32, wk: i32, begin: i32, end: i32): void {
  const step = <usize>wk << 2;
  let block = wp + <usize>begin * <usize>groups(K) * BLOCK8;
  for (let first = begin * NR; first < end * NR; first += NR) {
    for (let k = 0; k < K; k += GROUP) {
      memory.fill(block, 0, BLOCK8);
      for (let n = 0; n < min(N - first, NR); n++) {
        const from = w + ((<usize>(first + n) * <usize>wn) << 2) + <usize>k * step;
        packGroup(block, n, from, min(K - k, GROUP), step);
      }
      block += BLOCK8;
    }
  }
}

/** One channel of a block whose bits are zero before: `count` weights. */
function packGroup(block: usize, n: i32, w: usize, count: i32, step: usize): void {
  let most: f32 = 0;
  for (let k = 0; k < count; k++) most = max<f32>(most, abs(load<f32>(w + <usize>k * step)));
  const bits = floatToBrain(f32x4.splat(most < 1e-30 ? 0 : most / 127));
  const scale = f32x4.extract_lane(brainToFloat(bits), 0);
  const inverse: f32 = scale == 0 ? 0 : 1 / scale;
  store<u16>(block + scaleOf(n), <u16>i32x4.extract_lane(bits, 0));
  for (let k = 0; k < count; k++) {
    const q = i32(nearest(load<f32>(w + <usize>k * step) * inverse));
    store<i8>(weightOf(block, n, k), <i8>max(min(q, 127), -127));
  }
}

@inline
function weightOf(block: usize, n: i32, k: i32): usize {
  return block + SCALES4 + <usize>(k >> 1) * ROW8 + <usize>(2 * n + (k & 1));
}

export function gemm_q8_0_unpack(w: usize, wp: usize, N: i32, K: i32, wn: i32, wk: i32, begin: i32, end: i32): void {
  for (let n = begin * NR; n < min(end * NR, N); n++) {
    unpackChannel(w + ((<usize>n * <usize>wn) << 2), wp, n, K, <usize>wk << 2);
  }
}

export function gemm_q8_0_gather_rows(y: usize, wp: usize, ids: usize, K: i32, begin: i32, end: i32): void {
  for (let i = begin; i < end; i++) {
    unpackChannel(y + ((<usize>i * <usize>K) << 2), wp, load<i32>(ids + (<usize>i << 2)), K, 4);
  }
}

function unpackChannel(to: usize, wp: usize, channel: i32, K: i32, step: usize): void {
  let block = wp + <usize>(channel / NR) * <usize>groups(K) * BLOCK8;
  const n = channel % NR;
  for (let first = 0; first < K; first += GROUP) {
    const scale = reinterpret<f32>(<u32>load<u16>(block + scaleOf(n)) << 16);
    for (let k = 0; k < min(K - first, GROUP); k++) {
      store<f32>(to, scale * <f32>load<i8>(weightOf(block, n, k)));
      to += step;
    }
    block += BLOCK8;
  }
}
