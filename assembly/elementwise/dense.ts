// Kernels over dense f32 arrays of equal length, range in elements.  y may alias any input.
import { madd } from '../lanes/madd';
import { loadTail, storeTail } from '../lanes/tail';

/** y = y + alpha x.  Two roundings (one in the relaxed variant). */
export function add_scaled_f32(y: usize, x: usize, alpha: f32, begin: i32, end: i32): void {
  const va = f32x4.splat(alpha);
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    const o = (<usize>i) << 2;
    v128.store(y + o, madd(va, v128.load(x + o), v128.load(y + o)));
  }
  if (i < end) {
    const o = (<usize>i) << 2;
    storeTail(y + o, madd(va, loadTail(x + o, end - i, 0), loadTail(y + o, end - i, 0)), end - i);
  }
}

/** y = min(max(x, low), high); NaN stays NaN; low > high gives high (torch.clamp).  Exact. */
export function clamp_f32(y: usize, x: usize, low: f32, high: f32, begin: i32, end: i32): void {
  const vl = f32x4.splat(low);
  const vh = f32x4.splat(high);
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    const o = (<usize>i) << 2;
    v128.store(y + o, f32x4.min(f32x4.max(v128.load(x + o), vl), vh));
  }
  for (; i < end; i++) {
    const o = (<usize>i) << 2;
    store<f32>(y + o, min<f32>(max<f32>(load<f32>(x + o), low), high));
  }
}
