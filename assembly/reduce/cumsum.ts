// Running sums along the middle dimension.  x, y: (outer, n, inner) f32, dense; y may be x itself.
// exclusive: y_j leaves x_j out (y_0 = 0).  reverse: from the last element to the first.
// Range: the outer * inner sums.  Each runs in one double and is rounded at every step: within 0.51 ulp
// of the exact sum so far unless terms cancel to below 2^-29 of their size.
export function cumsum_f32(
  y: usize, x: usize,
  n: i32, inner: i32, exclusive: i32, reverse: i32,
  begin: i32, end: i32,
): void {
  const step = (<isize>inner) << 2;
  for (let e = begin; e < end; e++) {
    const first = e / inner * n * inner + e % inner;
    const start = reverse ? first + (n - 1) * inner : first;
    let o = (<isize>start) << 2;
    let sum: f64 = 0;
    for (let j = 0; j < n; j++) {
      const v = <f64>load<f32>(x + o);
      store<f32>(y + o, <f32>(exclusive ? sum : sum + v));
      sum += v;
      o += reverse ? -step : step;
    }
  }
}
