// Convolution in up to three dimensions and its gradients, in doubles, straight from the definition.
type Numbers = ArrayLike<number>;
type Three = readonly [number, number, number];

export interface ConvProblem {
  N: number;
  /** groups, and channels of input and output in each */
  G: number;
  C: number;
  M: number;
  size: Three;
  kernel: Three;
  stride: Three;
  dilation: Three;
  /** zeros before */
  padding: Three;
  /** output */
  out: Three;
}

const volume = ([d, h, w]: Three): number => d * h * w;

/** Calls visit(index of y, of x, of w, channel of y) for each product that enters a sum. */
function visitProducts(
  { N, G, C, M, size, kernel, stride, dilation, padding, out }: ConvProblem,
  visit: (y: number, x: number, w: number, channel: number) => void,
): void {
  const [P, S, T] = [volume(out), volume(size), volume(kernel)];
  for (let n = 0; n < N; n++)
    for (let o = 0; o < G * M; o++)
      for (let p = 0; p < P; p++)
        for (let c = 0; c < C; c++)
          for (let t = 0; t < T; t++) {
            const at = three(p, out);
            const tap = three(t, kernel);
            const q = at.map((v, i) => v * stride[i] - padding[i] + tap[i] * dilation[i]);
            if (q.some((v, i) => v < 0 || v >= size[i])) continue;
            const x = (n * G * C + Math.floor(o / M) * C + c) * S + (q[0] * size[1] + q[1]) * size[2] + q[2];
            visit((n * G * M + o) * P + p, x, (o * C + c) * T + t, o);
          }
}

function three(i: number, [, h, w]: Three): number[] {
  return [Math.floor(i / w / h), Math.floor(i / w) % h, i % w];
}

/** (N, G M, out) */
export function conv(q: ConvProblem, x: Numbers, w: Numbers, bias: Numbers | null): Float64Array {
  const P = volume(q.out);
  const y = new Float64Array(q.N * q.G * q.M * P);
  if (bias) for (let i = 0; i < y.length; i++) y[i] = bias[Math.floor(i / P) % (q.G * q.M)];
  visitProducts(q, (iy, ix, iw) => {
    y[iy] += x[ix] * w[iw];
  });
  return y;
}

export function convBackward(
  q: ConvProblem,
  dy: Numbers,
  x: Numbers,
  w: Numbers,
): { dx: Float64Array; dw: Float64Array; db: Float64Array } {
  const dx = new Float64Array(x.length);
  const dw = new Float64Array(w.length);
  const db = new Float64Array(q.G * q.M);
  visitProducts(q, (iy, ix, iw) => {
    dx[ix] += dy[iy] * w[iw];
    dw[iw] += dy[iy] * x[ix];
  });
  for (let i = 0; i < dy.length; i++) db[Math.floor(i / volume(q.out)) % db.length] += dy[i];
  return { dx, dw, db };
}
