// Scoring functions, soft attention and pointing in doubles, for one sequence.
import { softmax } from './softmax.js';
import { dot, type Matrix, type ReferenceWeights, times } from './transformer.js';

export const dotScores = (X: Matrix, q: Float64Array): Float64Array => Float64Array.from(X, (x) => dot(x, q));

export const scaledDotScores = (X: Matrix, q: Float64Array): Float64Array =>
  dotScores(X, q).map((s) => s / Math.sqrt(q.length));

/** W (D, Dq) */
export const bilinearScores = (X: Matrix, q: Float64Array, W: Matrix): Float64Array =>
  dotScores(X, times(q, W));

/** W (A, D), U (A, Dq), v (A) */
export function additiveScores(
  X: Matrix,
  q: Float64Array,
  W: Matrix,
  U: Matrix,
  v: Float64Array,
): Float64Array {
  const uq = times(q, U);
  return Float64Array.from(X, (x) =>
    dot(
      v,
      times(x, W).map((wx, a) => Math.tanh(wx + uq[a])),
    ),
  );
}

/** Σ α_n v_n with α = softmax(s) */
export function attention(s: Float64Array, V: Matrix): { alpha: Float64Array; y: Float64Array } {
  const alpha = softmax(s);
  const y = new Float64Array(V[0].length);
  V.forEach((row, n) => {
    for (let d = 0; d < y.length; d++) y[d] += alpha[n] * row[d];
  });
  return { alpha, y };
}

/**
 * The sum of -log α over the answers of one sequence, by a pointer network whose weights have PyTorch's names.
 * @param targets places in order, each pointed at once
 */
export function pointerLoss(X: Matrix, targets: readonly number[], w: ReferenceWeights): number {
  let state = { h: new Float64Array(w.vector('v').length), c: new Float64Array(w.vector('v').length) };
  const encoded: Matrix = [];
  for (const x of X) {
    state = lstmStep(x, state, w, (name) => `encoder.${name}_l0`);
    encoded.push(state.h);
  }
  const left = new Set(X.keys());
  let loss = 0;
  let input = w.vector('start');
  for (const n of targets) {
    state = lstmStep(input, state, w, (name) => `decoder.${name}`);
    const scores = additiveScores(
      encoded,
      state.h,
      w.matrix('W1.weight'),
      w.matrix('W2.weight'),
      w.vector('v'),
    );
    const open = [...left];
    loss -= Math.log(softmax(open.map((i) => scores[i]))[open.indexOf(n)]);
    left.delete(n);
    input = X[n];
  }
  return loss;
}

interface State {
  h: Float64Array<ArrayBuffer>;
  c: Float64Array<ArrayBuffer>;
}

function lstmStep(
  x: Float64Array,
  { h, c }: State,
  w: ReferenceWeights,
  key: (name: string) => string,
): State {
  const wx = times(x, w.matrix(key('weight_ih')));
  const wh = times(h, w.matrix(key('weight_hh')));
  const [bi, bh] = [w.vector(key('bias_ih')), w.vector(key('bias_hh'))];
  const H = h.length;
  const gate = (g: number, k: number): number => {
    const i = g * H + k;
    return wx[i] + wh[i] + bi[i] + bh[i];
  };
  const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));
  const next = c.map((v, k) => sigmoid(gate(1, k)) * v + sigmoid(gate(0, k)) * Math.tanh(gate(2, k)));
  return { h: next.map((v, k) => sigmoid(gate(3, k)) * Math.tanh(v)), c: next };
}
