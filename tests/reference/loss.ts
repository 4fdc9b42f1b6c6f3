// Losses and their gradients in doubles, as torch.nn.functional defines them.

const total = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);

export function softmax(x: readonly number[]): number[] {
  const m = Math.max(...x);
  const e = x.map((v) => Math.exp(v - m));
  return e.map((v) => v / total(e));
}

/** The distribution that the logits of a row are measured against: smoothed, each class weighted. */
export function targets(V: number, t: number, weight: readonly number[] | null, smoothing: number): number[] {
  return Array.from(
    { length: V },
    (_, j) => (weight?.[j] ?? 1) * ((j === t ? 1 - smoothing : 0) + smoothing / V),
  );
}

/** Cross entropy of one row of logits. */
export function crossEntropy(
  x: readonly number[],
  t: number,
  weight: readonly number[] | null,
  smoothing: number,
): number {
  const m = Math.max(...x);
  // log(1 + rest) keeps what rounding 1 + rest would lose
  const rest = total(x.map((v) => Math.exp(v - m))) - 1;
  const logp = x.map((v) => v - m - Math.log1p(rest));
  return -total(targets(x.length, t, weight, smoothing).map((q, j) => (q === 0 ? 0 : q * logp[j])));
}

/** Its derivative by each logit. */
export function crossEntropyGradient(
  x: readonly number[],
  t: number,
  weight: readonly number[] | null,
  smoothing: number,
): number[] {
  const q = targets(x.length, t, weight, smoothing);
  return softmax(x).map((p, j) => p * total(q) - q[j]);
}

export const mse = (x: number, t: number): number => (x - t) ** 2;
export const mseGradient = (x: number, t: number): number => 2 * (x - t);

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** -t log sigmoid(x) - (1 - t) log(1 - sigmoid(x)), with log sigmoid(x) = -log(1 + e^-x). */
export function bceWithLogits(x: number, t: number): number {
  const softplus = (v: number) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
  return t * softplus(-x) + (1 - t) * softplus(x);
}

export const bceWithLogitsGradient = (x: number, t: number): number => sigmoid(x) - t;
