// Softmax of one row and its gradients, in double precision.
type Numbers = ArrayLike<number>;

/** y_i = e^(x_i - max x) / sum; zeros for a row of -inf. */
export function softmax(x: Numbers): Float64Array {
  const top = Math.max(...Array.from(x));
  if (top === -Infinity) return new Float64Array(x.length);
  const e = Float64Array.from(x, (v) => Math.exp(v - top));
  const total = e.reduce((s, v) => s + v, 0);
  return e.map((v) => v / total);
}

/** log of softmax; -inf for a row of -inf. */
export function logSoftmax(x: Numbers): Float64Array {
  const top = Math.max(...Array.from(x));
  if (top === -Infinity) return new Float64Array(x.length).fill(-Infinity);
  const total = Array.from(x).reduce((s, v) => s + Math.exp(v - top), 0);
  return Float64Array.from(x, (v) => v - top - Math.log(total));
}

/** dx_i = y_i (dy_i - sum_j dy_j y_j) */
export function softmaxBackward(dy: Numbers, y: Numbers): Float64Array {
  const mean = Array.from(dy).reduce((s, g, j) => s + g * y[j], 0);
  return Float64Array.from(dy, (g, i) => y[i] * (g - mean));
}

/** dx_i = dy_i - e^(y_i) sum_j dy_j */
export function logSoftmaxBackward(dy: Numbers, y: Numbers): Float64Array {
  const total = Array.from(dy).reduce((s, g) => s + g, 0);
  return Float64Array.from(dy, (g, i) => g - Math.exp(y[i]) * total);
}
