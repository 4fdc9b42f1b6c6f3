// Special functions in double precision, good to 2e-13 relative or better: the truth against which the
// float32 kernels are measured.

// taken once: in jest's sandbox every mention of a global is a slow call
const { PI, SQRT1_2, abs, exp, log1p, max, sign, sqrt } = Math;
const SQRT_PI = sqrt(PI);

/** erf by the series 2/sqrt(pi) e^(-x^2) sum 2^n x^(2n+1) / (2n+1)!!, all of whose terms have one sign. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; abs(term) > 1e-18 * abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / SQRT_PI) * exp(-x * x) * sum;
}

/** e^(x^2) erfc(x) for x >= 2, by the continued fraction 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))), from the far end. */
function erfcxFraction(x: number): number {
  let f = x;
  for (let k = x < 4 ? 120 : 40; k > 0; k--) f = x + k / 2 / f;
  return 1 / (f * SQRT_PI);
}

export function erf(x: number): number {
  const a = abs(x);
  if (a < 1e-5) return (2 / SQRT_PI) * (x - (x * x * x) / 3);
  if (a < 2.5) return erfSeries(x);
  if (a > 6.5) return sign(x);
  return sign(x) * (1 - erfcxFraction(a) * exp(-a * a));
}

/** 1 - erf(x), without the cancellation. */
export function erfc(x: number): number {
  if (x < 0) return 1 + erf(-x);
  if (x < 2.5) return 1 - erf(x);
  return x > 30 ? 0 : erfcxFraction(x) * exp(-x * x);
}

/** Distribution function of the standard normal distribution. */
export function normalCdf(x: number): number {
  return erfc(-x * SQRT1_2) / 2;
}

/** Density of the standard normal distribution. */
export function normalPdf(x: number): number {
  return exp((-x * x) / 2) / sqrt(2 * PI);
}

export function sigmoid(x: number): number {
  const z = exp(-abs(x));
  return x < 0 ? z / (1 + z) : 1 / (1 + z);
}

/** log(1 + e^x) */
export function softplus(x: number): number {
  return max(x, 0) + log1p(exp(-abs(x)));
}
