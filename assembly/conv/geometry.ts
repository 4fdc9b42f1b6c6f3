// Which element of its input an output position meets through a tap of the filter, in up to three
// dimensions (a shorter one has leading sizes of 1):
//
//   q = position * mul + add + tap * step     met is q / div, if div divides q and it lies in [0, size)
//
//   convolution, pooling:     mul = stride, add = -padding, step = dilation, div = 1
//   its gradient for x:       mul = 1, add = padding, step = -dilation, div = stride
//
// A call would have some thirty arguments; they are one record of i32, in this order.
import { at } from '../lanes/address';

/** An offset that stands for padding. */
export const OUTSIDE: i32 = -1;

@unmanaged
export class Geometry {
  /** sequences or images */
  N: i32;
  /** groups of channels that do not mix */
  G: i32;
  /** channels of the input in a group */
  C: i32;
  /** channels of the output in a group */
  M: i32;
  sizeD: i32; sizeH: i32; sizeW: i32;
  outD: i32; outH: i32; outW: i32;
  tapD: i32; tapH: i32; tapW: i32;
  mulD: i32; mulH: i32; mulW: i32;
  addD: i32; addH: i32; addW: i32;
  stepD: i32; stepH: i32; stepW: i32;
  divD: i32; divH: i32; divW: i32;
}

/** Elements of a plane of the input. */
@inline
export function inputs(g: Geometry): i32 {
  return g.sizeD * g.sizeH * g.sizeW;
}

/** Positions of a plane of the output. */
@inline
export function outputs(g: Geometry): i32 {
  return g.outD * g.outH * g.outW;
}

/** Taps of a plane of the filter. */
@inline
export function taps(g: Geometry): i32 {
  return g.tapD * g.tapH * g.tapW;
}

/** The coordinate met in one dimension, or OUTSIDE. */
@inline
export function met(q: i32, div: i32, size: i32): i32 {
  if (div != 1) {
    if (q < 0 || q % div != 0) return OUTSIDE;
    q /= div;
  }
  return <u32>q < <u32>size ? q : OUTSIDE;
}

/** Writes `count` offsets into a plane of the input (i32): what positions first, first + 1, ... meet. */
export function offsets(to: usize, g: Geometry, tap: i32, first: i32, count: i32): void {
  const kx = (tap % g.tapW) * g.stepW + g.addW;
  const ky = (tap / g.tapW % g.tapH) * g.stepH + g.addH;
  const kz = (tap / g.tapW / g.tapH) * g.stepD + g.addD;
  let ox = first % g.outW;
  let oy = first / g.outW % g.outH;
  let oz = first / g.outW / g.outH;
  for (let i = 0; i < count; ) {
    const z = met(oz * g.mulD + kz, g.divD, g.sizeD);
    const y = met(oy * g.mulH + ky, g.divH, g.sizeH);
    const line = (z | y) < 0 ? OUTSIDE : (z * g.sizeH + y) * g.sizeW;
    for (; ox < g.outW && i < count; ox++, i++) {
      const x = line < 0 ? OUTSIDE : met(ox * g.mulW + kx, g.divW, g.sizeW);
      store<i32>(at(to, i), x < 0 ? OUTSIDE : line + x);
    }
    ox = 0;
    if (++oy == g.outH) {
      oy = 0;
      oz++;
    }
  }
}
