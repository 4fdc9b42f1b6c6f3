// Group normalization (Y. Wu and K. He, 2018); with as many groups as channels it is instance
// normalization.  x, y, dy, dx: (B, C, S) f32, dense, S all that follows the channels; G groups of
// C / G channels; weight, bias, dweight, dbias: (C), each may be absent (address 0).  A row is one
// group of one sample, B G of them.  y may alias x, dx may alias dy or x.
//   y = (x - mean) / sqrt(variance + eps) * weight + bias, mean and variance those of the row.
// Error: 8 2^-23 max |y| for rows of up to 10^5.
import { at, row } from '../lanes/address';
import { madd } from '../lanes/madd';
import { sumLanes } from '../lanes/reduce';
import { loadPart, storePart } from '../lanes/tail';
import { moments, normalized, spread } from './moments';

@inline
function parameter(p: usize, c: i32, otherwise: f32): f32 {
  return p ? load<f32>(at(p, c)) : otherwise;
}

export function group_norm_f32(
  y: usize, x: usize, weight: usize, bias: usize,
  C: i32, S: i32, G: i32, eps: f32, begin: i32, end: i32,
): void {
  const channels = C / G;
  for (let i = begin; i < end; i++) {
    const first = (i % G) * channels;
    const s = moments(row(x, i, channels * S), channels * S, eps);
    const m = spread(s, 0);
    const d = spread(s, 1);
    const r = spread(s, 2);
    for (let c = 0; c < channels; c++) {
      const from = row(x, i * channels + c, S);
      const to = row(y, i * channels + c, S);
      const w = f32x4.splat(parameter(weight, first + c, 1));
      const b = f32x4.splat(parameter(bias, first + c, 0));
      for (let j = 0; j < S; j += 4) {
        const v = normalized(loadPart(at(from, j), S - j, 0), m, d, r);
        storePart(at(to, j), f32x4.add(f32x4.mul(v, w), b), S - j);
      }
    }
  }
}

/** As layer_norm_f32_backward; dweight and dbias collect over samples and positions. */
export function group_norm_f32_backward(
  dx: usize, dweight: usize, dbias: usize, dy: usize, x: usize, weight: usize,
  C: i32, S: i32, G: i32, eps: f32, begin: i32, end: i32,
): void {
  const channels = C / G;
  for (let i = begin; i < end; i++) {
    const first = (i % G) * channels;
    const s = moments(row(x, i, channels * S), channels * S, eps);
    const m = spread(s, 0);
    const d = spread(s, 1);
    const r = spread(s, 2);
    let sumG: f32 = 0;
    let sumGH: f32 = 0;
    for (let c = 0; c < channels; c++) {
      const from = row(x, i * channels + c, S);
      const up = row(dy, i * channels + c, S);
      let g = f32x4.splat(0);
      let gh = f32x4.splat(0);
      for (let j = 0; j < S; j += 4) {
        const v = loadPart(at(up, j), S - j, 0);
        g = f32x4.add(g, v);
        gh = madd(v, normalized(loadPart(at(from, j), S - j, 0), m, d, r), gh);
      }
      const channel = first + c;
      const w = parameter(weight, channel, 1);
      const total = sumLanes(g);
      const totalGH = sumLanes(gh);
      if (dbias) store<f32>(at(dbias, channel), load<f32>(at(dbias, channel)) + total);
      if (dweight) store<f32>(at(dweight, channel), load<f32>(at(dweight, channel)) + totalGH);
      sumG += w * total;
      sumGH += w * totalGH;
    }
    const size = <f32>(channels * S);
    const meanG = f32x4.splat(sumG / size);
    const meanGH = f32x4.splat(sumGH / size);
    for (let c = 0; c < channels; c++) {
      const from = row(x, i * channels + c, S);
      const up = row(dy, i * channels + c, S);
      const to = row(dx, i * channels + c, S);
      const w = f32x4.splat(parameter(weight, first + c, 1));
      for (let j = 0; j < S; j += 4) {
        const g = f32x4.mul(loadPart(at(up, j), S - j, 0), w);
        const h = normalized(loadPart(at(from, j), S - j, 0), m, d, r);
        const v = f32x4.sub(f32x4.sub(g, meanG), f32x4.mul(h, meanGH));
        storePart(at(to, j), f32x4.mul(v, r), S - j);
      }
    }
  }
}
