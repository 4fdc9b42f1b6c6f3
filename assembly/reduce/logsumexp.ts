// log sum e^x = m + log sum e^(x - m), m the largest x.  Exponentials in f32 (their error is relative
// and does not add up), their sum, its logarithm and the last addition in doubles: within 1 ulp of the
// result, or 2^-23 where that is smaller.  Terms below e^-88 of the largest count as nothing.
// A row of -inf gives -inf; an inf gives inf; a NaN gives NaN.
import { loadPart } from '../lanes/tail';
import { log_64 } from '../math/double';
import { expNonPositive } from '../math/exp';
import { extremeOfRow } from './extremes';

@inline
function finish(m: f32, sum: f64): f32 {
  return <f32>(<f64>m + log_64(sum));
}

/** -inf - -inf and inf - inf are NaN; then the largest is the answer already. */
@inline
function settled(m: f32): bool {
  return m - m != 0;
}

/** Sum of e^(x - m) over a dense row of n, m its (finite) largest element. */
export function sumExpOfRow(x: usize, n: i32, m: f32): f64 {
  const vm = f32x4.splat(m);
  let low = f64x2.splat(0);
  let high = low;
  for (let i = 0; i < n; i += 4, x += 16) {
    const e = expNonPositive(f32x4.sub(loadPart(x, n - i, -Infinity), vm));
    low = f64x2.add(low, f64x2.promote_low_f32x4(e));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(e, e, 2, 3, 2, 3)));
  }
  low = f64x2.add(low, high);
  return f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
}

/** Of a dense row of n. */
export function logsumexpOfRow(x: usize, n: i32): f32 {
  const m = extremeOfRow(x, n, false);
  return settled(m) ? m : finish(m, sumExpOfRow(x, n, m));
}

/** Of one column of n; rows `step` bytes apart. */
export function logsumexpOfColumn(x: usize, n: i32, step: usize): f32 {
  let m: f32 = -Infinity;
  let p = x;
  for (let j = 0; j < n; j++, p += step) m = max<f32>(m, load<f32>(p));
  if (settled(m)) return m;
  let sum: f64 = 0;
  for (let j = 0; j < n; j++, x += step)
    sum += <f64>f32x4.extract_lane(expNonPositive(f32x4.splat(load<f32>(x) - m)), 0);
  return finish(m, sum);
}
