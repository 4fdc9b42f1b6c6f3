// Rotary positions by their formulas, in doubles.

/** base^(-2i / d) for the d / 2 pairs (RoFormer, section 3.2.2). */
export function frequencies(half: number, base: number): number[] {
  return Array.from({ length: half }, (_, i) => base ** (-i / half));
}

export interface Llama3 {
  factor: number;
  low: number;
  high: number;
  original: number;
}

/** Llama 3.1: by wavelength, stretched, kept, or blended. */
export function llama3(freq: number[], { factor, low, high, original }: Llama3): number[] {
  return freq.map((f) => {
    const turns = (original * f) / (2 * Math.PI); // how often the wave fits into the trained length
    if (turns < low) return f / factor;
    if (turns > high) return f;
    const keep = (turns - low) / (high - low);
    return (1 - keep) * (f / factor) + keep * f;
  });
}

export interface Yarn {
  base: number;
  factor: number;
  fast: number;
  slow: number;
  original: number;
  truncate: boolean;
}

/** YaRN: a ramp over the pairs between those that turn `fast` and `slow` times in the trained length. */
export function yarn(freq: number[], { base, factor, fast, slow, original, truncate }: Yarn): number[] {
  const half = freq.length;
  // the i for which original * base^(-i / half) = turns * 2 pi
  const pair = (turns: number) => (half * Math.log(original / (turns * 2 * Math.PI))) / Math.log(base);
  const low = Math.max(truncate ? Math.floor(pair(fast)) : pair(fast), 0);
  let high = Math.min(truncate ? Math.ceil(pair(slow)) : pair(slow), 2 * half - 1);
  if (high === low) high += 0.001;
  return freq.map((f, i) => {
    const stretch = Math.min(Math.max((i - low) / (high - low), 0), 1);
    return (f / factor) * stretch + f * (1 - stretch);
  });
}

/** One head (D) turned by the angles of its pairs, all in doubles; `round` is applied after every operation. */
export function rotate(
  x: ArrayLike<number>,
  cos: ArrayLike<number>,
  sin: ArrayLike<number>,
  interleaved: boolean,
  round = (v: number): number => v,
): number[] {
  const y = Array.from(x);
  const half = cos.length;
  for (let i = 0; i < half; i++) {
    const [a, b] = interleaved ? [2 * i, 2 * i + 1] : [i, i + half];
    y[a] = round(round(x[a] * cos[i]) + round(-x[b] * sin[i]));
    y[b] = round(round(x[b] * cos[i]) + round(x[a] * sin[i]));
  }
  return y;
}
