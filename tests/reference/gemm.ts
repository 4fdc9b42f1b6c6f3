// C = act(A B + bias) + residual in doubles, element by element.
type Numbers = ArrayLike<number>;

export interface GemmCase {
  M: number;
  N: number;
  K: number;
  /** element (m, k) is at a[m * am + k * ak] */
  a: Numbers;
  am: number;
  ak: number;
  /** element (k, n) is at b[k * bk + n * bn] */
  b: Numbers;
  bk: number;
  bn: number;
  bias?: Numbers;
  residual?: Numbers;
  rm?: number;
  act?: (x: number) => number;
}

/** (M, N), dense. */
export function gemm(g: GemmCase): Float64Array {
  const { M, N, K, act = (x) => x } = g;
  const c = new Float64Array(M * N);
  for (let m = 0; m < M; m++)
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += g.a[m * g.am + k * g.ak] * g.b[k * g.bk + n * g.bn];
      const value = act(sum + (g.bias ? g.bias[n] : 0));
      c[m * N + n] = value + (g.residual ? g.residual[m * (g.rm ?? N) + n] : 0);
    }
  return c;
}

/** The same with the kernel's rounding: float32 after every multiplication and every addition, k ascending. */
export function gemmRounded(g: GemmCase): Float32Array {
  const { M, N, K, act = (x) => x } = g;
  const f = Math.fround;
  const c = new Float32Array(M * N);
  for (let m = 0; m < M; m++)
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum = f(sum + f(g.a[m * g.am + k * g.ak] * g.b[k * g.bk + n * g.bn]));
      if (g.bias) sum = f(sum + g.bias[n]);
      sum = f(act(sum));
      c[m * N + n] = g.residual ? f(sum + g.residual[m * (g.rm ?? N) + n]) : sum;
    }
  return c;
}
