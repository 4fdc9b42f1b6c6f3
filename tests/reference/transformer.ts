// Whole models in plain double precision, written from the architectures' papers and Hugging Face's
// descriptions of the checkpoints, for one unpadded sequence.  No cache, no batch, no cleverness.

export type Matrix = Float64Array[];

export interface ReferenceTensor {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

export class ReferenceWeights {
  constructor(readonly tensors: ReadonlyMap<string, ReferenceTensor>) {}

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  vector(name: string): Float64Array {
    const t = this.tensors.get(name);
    if (!t) throw new Error(`the reference needs ${name}`);
    return Float64Array.from(t.data);
  }

  readonly #matrices = new Map<string, Matrix>();

  /** rows of a 2-dimensional tensor */
  matrix(name: string): Matrix {
    let rows = this.#matrices.get(name);
    if (!rows) {
      const [count, columns] = this.tensors.get(name)?.shape ?? [];
      const flat = this.vector(name);
      rows = Array.from({ length: count }, (_, r) => flat.slice(r * columns, (r + 1) * columns));
      this.#matrices.set(name, rows);
    }
    return rows;
  }

  /** y = x Wᵀ + b of `${name}.weight` and, where there is one, `${name}.bias` */
  linear(x: Matrix, name: string): Matrix {
    const w = this.matrix(`${name}.weight`);
    const b = this.has(`${name}.bias`) ? this.vector(`${name}.bias`) : null;
    return x.map((row) => times(row, w).map((v, n) => v + (b ? b[n] : 0)));
  }

  layerNorm(x: Matrix, name: string, eps: number): Matrix {
    const [w, b] = [this.vector(`${name}.weight`), this.vector(`${name}.bias`)];
    return x.map((row) => {
      const mean = row.reduce((s, v) => s + v, 0) / row.length;
      const variance = row.reduce((s, v) => s + (v - mean) ** 2, 0) / row.length;
      return row.map((v, i) => ((v - mean) / Math.sqrt(variance + eps)) * w[i] + b[i]);
    });
  }

  rmsNorm(x: Matrix, name: string, eps: number): Matrix {
    const w = this.vector(`${name}.weight`);
    return x.map((row) => {
      const square = row.reduce((s, v) => s + v * v, 0) / row.length;
      return row.map((v, i) => (v / Math.sqrt(square + eps)) * w[i]);
    });
  }
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** x Wᵀ, rows of w */
export function times(x: Float64Array, w: Matrix): Float64Array {
  const y = new Float64Array(w.length);
  for (let n = 0; n < w.length; n++) y[n] = dot(x, w[n]);
  return y;
}

export function plus(a: Matrix, b: Matrix): Matrix {
  return a.map((row, i) => row.map((v, j) => v + b[i][j]));
}

/** Columns [from, to) of every row. */
export function columns(x: Matrix, from: number, to: number): Matrix {
  return x.map((row) => row.slice(from, to));
}

/** Softmax attention of one head: out and weights; `sees(i, j)` says whether query i may look at key j. */
export function attendHead(
  q: Matrix,
  k: Matrix,
  v: Matrix,
  sees: (i: number, j: number) => boolean,
): { out: Matrix; weights: Matrix } {
  const scale = 1 / Math.sqrt(q[0].length);
  const weights = q.map((qi, i) => {
    const scores = Float64Array.from(k, (kj, j) => (sees(i, j) ? dot(qi, kj) * scale : -Infinity));
    const top = scores.reduce((a, b) => Math.max(a, b), -Infinity);
    const e = scores.map((s) => Math.exp(s - top));
    const sum = e.reduce((a, b) => a + b, 0);
    return e.map((x) => x / sum);
  });
  const out = weights.map((row) => {
    const sum = new Float64Array(v[0].length);
    for (let j = 0; j < v.length; j++) for (let d = 0; d < sum.length; d++) sum[d] += row[j] * v[j][d];
    return sum;
  });
  return { out, weights };
}

/** Abramowitz & Stegun would not do: the error function by its series, or its continued fraction. */
export function erf(x: number): number {
  if (x < 0) return -erf(-x);
  if (x > 6) return 1;
  if (x < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 200; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let tail = 0;
  for (let n = 120; n > 0; n--) tail = n / 2 / (x + tail);
  return 1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + tail);
}

export const gelu = (x: number): number => 0.5 * x * (1 + erf(x / Math.SQRT2));
export const silu = (x: number): number => x / (1 + Math.exp(-x));

export interface ReferenceOutput {
  /** after the embeddings and after each layer; a decoder's last one after the final norm */
  hiddenStates: Matrix[];
  /** [layer][head] */
  attentions: Matrix[][];
  pooled?: Float64Array;
  logits?: Matrix;
}
