// gemm_quant_pack in groups: wp = W in panels of blocks (formats.ts).  For every group of 32 k of a channel, to nearest
// even:
//
//    q4     scale = bf16(m / -8), m the largest weight in magnitude, which so becomes exactly -8 steps;
//           q = round(w / scale) + 8, in 0..15.  |w - scale (q - 8)| <= |scale| / 2, at the far end |scale|,
//           and 8 |scale| 2^-9 there
//    q4_1   minimum = bf16(min(0, min w)), scale = bf16((max(0, max w) - minimum) / 15),
//           q = round((w - minimum) / scale), in 0..15.  |w - (scale q + minimum)| <= scale (1/2 + 2^-4)
//    q8_0   scale = bf16(max |w| / 127), q = round(w / scale), in -127..127.  |w - scale q| <= scale 3/4
//
// What was unpacked packs to the same bytes; that of q4_1, because zero is within every group's range, so that scale
// and minimum are of one size.
//
// w: (N, K) f32, element (n, k) at w + n wn + k wk.  Groups and minima within +-1e-30 count as zeros; a group with a
// NaN or an infinity gets a scale that is not finite.  Range: panels.  No aliasing.
import { NR } from '../gemm/layout';
import { brainToFloat, floatToBrain } from '../lanes/half';
import { nibbleByte, nibbleShift } from '../lanes/nibbles';
import { pairByte } from '../lanes/pairs';
import { blockBytes, blocksOf, Format, headBytes } from './formats';
import { GROUP, scaleOf, SCALES4, UNIT } from './layout4';
import { ROW8 } from './q8_0/layout';

export function packBlocks(
  wp: usize, w: usize, format: i32, N: i32, K: i32, wn: i32, wk: i32, begin: i32, end: i32,
): void {
  if (format == Format.q4) pack(Format.q4, wp, w, N, K, wn, wk, begin, end);
  else if (format == Format.q4_1) pack(Format.q4_1, wp, w, N, K, wn, wk, begin, end);
  else pack(Format.q8_0, wp, w, N, K, wn, wk, begin, end);
}

/** Once for each format, known when compiled: a branch a weight would take half as long again. */
@inline
function pack(format: i32, wp: usize, w: usize, N: i32, K: i32, wn: i32, wk: i32, begin: i32, end: i32): void {
  const step = <usize>wk << 2;
  let block = blocksOf(format, wp, begin, K);
  for (let first = begin * NR; first < end * NR; first += NR) {
    for (let k = 0; k < K; k += GROUP) {
      memory.fill(block, 0, blockBytes(format));
      for (let n = 0; n < NR; n++) {
        const from = w + ((<usize>(first + n) * <usize>wn) << 2) + <usize>k * step;
        packGroup(format, block, n, from, first + n < N ? min(K - k, GROUP) : 0, step);
      }
      block += blockBytes(format);
    }
  }
}

/** One channel of a block of which `count` weights exist.  The block's bits are zero before. */
@inline
function packGroup(format: i32, block: usize, n: i32, w: usize, count: i32, step: usize): void {
  let minimum: f32 = 0;
  let range: f32 = 0;
  let width: f32;
  if (format == Format.q4_1) {
    let low: f32 = 0;
    for (let k = 0; k < count; k++) {
      const v = load<f32>(w + <usize>k * step);
      low = min<f32>(low, v), range = max<f32>(range, v);
    }
    minimum = nearestBrain(low > -1e-30 ? 0 : low);
    range -= minimum;
    width = range / 15;
    store<u16>(block + SCALES4 + scaleOf(n), brainBits(minimum * -0.125));
  } else {
    for (let k = 0; k < count; k++) {
      const v = load<f32>(w + <usize>k * step);
      if (!(abs(v) <= abs(range))) range = v; // NaN stays: nothing compares with it
      if (range != range) break;
    }
    width = format == Format.q4 ? range / -8 : abs(range) / 127;
  }
  const scale = nearestBrain(abs(range) < 1e-30 ? 0 : width);
  const inverse: f32 = scale == 0 ? 0 : 1 / scale;
  store<u16>(block + scaleOf(n), brainBits(scale));
  if (format == Format.q8_0) {
    for (let k = 0; k < count; k++) {
      const q = i32(nearest(load<f32>(w + <usize>k * step) * inverse));
      store<i8>(byteOf(block, n, k), <i8>pairByte(max(min(q, 127), -127), k));
    }
  } else {
    const zero = zeroOf(format);
    block += headBytes(format);
    for (let k = 0; k < GROUP; k++) {
      const x: f32 = k < count ? (load<f32>(w + <usize>k * step) - minimum) * inverse : 0;
      const at = nibbleOf(block, n, k);
      store<u8>(at, <u8>(load<u8>(at) | (max(min(i32(nearest(x)) + zero, 15), 0) << nibbleShift(k & 7))));
    }
  }
}

/** The integer that stands for the minimum. */
@inline
function zeroOf(format: i32): i32 {
  return format == Format.q4 ? 8 : 0;
}

/** The nearest bf16. */
function nearestBrain(x: f32): f32 {
  return f32x4.extract_lane(brainToFloat(floatToBrain(f32x4.splat(x))), 0);
}

/** The bits of a bf16. */
@inline
function brainBits(x: f32): u16 {
  return <u16>(reinterpret<u32>(x) >> 16);
}

@inline
function loadBrain(p: usize): f32 {
  return reinterpret<f32>(<u32>load<u16>(p) << 16);
}

/** The byte with a weight of 8 bits of a block. */
@inline
function byteOf(block: usize, n: i32, k: i32): usize {
  return block + SCALES4 + <usize>(k >> 2) * ROW8 + <usize>(4 * n + (k & 3));
}

/** That with a weight of 4 bits, from the first of these on. */
@inline
function nibbleOf(nibbles: usize, n: i32, k: i32): usize {
  return nibbles + <usize>(k >> 3) * UNIT + <usize>((n >> 2 << 4) + nibbleByte(n & 3, k & 7));
}

/** w (K), elements step bytes apart = a channel. */
export function unpackBlocks(format: i32, to: usize, wp: usize, channel: i32, K: i32, step: usize): void {
  let block = blocksOf(format, wp, channel / NR, K);
  const n = channel % NR;
  const zero = zeroOf(format);
  for (let first = 0; first < K; first += GROUP) {
    const scale = loadBrain(block + scaleOf(n));
    const minimum: f32 = format == Format.q4_1 ? loadBrain(block + SCALES4 + scaleOf(n)) * -8 : 0;
    const count = min(K - first, GROUP);
    if (format == Format.q8_0) {
      for (let k = 0; k < count; k++, to += step) store<f32>(to, scale * <f32>pairByte(load<i8>(byteOf(block, n, k)), k));
    } else {
      const nibbles = block + headBytes(format);
      for (let k = 0; k < count; k++, to += step) {
        const q = (<i32>load<u8>(nibbleOf(nibbles, n, k)) >> nibbleShift(k & 7)) & 15;
        store<f32>(to, scale * <f32>(q - zero) + minimum);
      }
    }
    block += blockBytes(format);
  }
}
