// Normalizations of one row and their gradients, in double precision.
type Numbers = ArrayLike<number>;

const mean = (v: Numbers): number => Array.from(v).reduce((s, x) => s + x, 0) / v.length;

/** Mean and 1 / sqrt(population variance + eps). */
export function moments(x: Numbers, eps: number): { mean: number; rstd: number } {
  const m = mean(x);
  return { mean: m, rstd: 1 / Math.sqrt(mean(Float64Array.from(x, (v) => (v - m) ** 2)) + eps) };
}

/** (x - mean) rstd */
export function standardized(x: Numbers, eps: number): Float64Array {
  const { mean: m, rstd } = moments(x, eps);
  return Float64Array.from(x, (v) => (v - m) * rstd);
}

export function rms(x: Numbers, eps: number): number {
  return Math.sqrt(mean(Float64Array.from(x, (v) => v * v)) + eps);
}

/** rstd (g - mean(g) - h mean(g h)), h the standardized row, g the gradient that reaches it */
export function standardizedBackward(g: Numbers, x: Numbers, eps: number): Float64Array {
  const h = standardized(x, eps);
  const { rstd } = moments(x, eps);
  const meanG = mean(g);
  const meanGH = mean(h.map((v, i) => v * g[i]));
  return h.map((v, i) => rstd * (g[i] - meanG - v * meanGH));
}

/** x / rms */
export function rmsNormalized(x: Numbers, eps: number): Float64Array {
  const r = rms(x, eps);
  return Float64Array.from(x, (v) => v / r);
}

/** (g - h mean(g h)) / rms, h = x / rms */
export function rmsBackward(g: Numbers, x: Numbers, eps: number): Float64Array {
  const r = rms(x, eps);
  const meanGH = mean(Float64Array.from(x, (v, i) => (v / r) * g[i]));
  return Float64Array.from(x, (v, i) => (g[i] - (v / r) * meanGH) / r);
}

/** max(|x|, eps) */
export function length(x: Numbers, eps: number): number {
  return Math.max(Math.hypot(...Array.from(x)), eps);
}

export function l2Normalized(x: Numbers, eps: number): Float64Array {
  const n = length(x, eps);
  return Float64Array.from(x, (v) => v / n);
}

export function l2NormalizeBackward(dy: Numbers, x: Numbers, eps: number): Float64Array {
  const n = length(x, eps);
  const free = n > eps ? 1 : 0;
  const along = (free * Array.from(x).reduce((s, v, i) => s + v * dy[i], 0)) / n ** 2;
  return Float64Array.from(x, (v, i) => (dy[i] - along * v) / n);
}
