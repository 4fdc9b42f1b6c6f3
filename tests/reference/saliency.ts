// Bottom-up attention in doubles, for maps (B, C, N) or (B, C, H, W).
type Numbers = ArrayLike<number>;

/** Σ_j w_j x_(i + j) within each plane; beyond the edge is nothing. */
export function pooled(x: Numbers, shape: readonly number[], w: Numbers, K: number): Float64Array {
  const [B, C, ...space] = shape;
  const [H, W] = space.length === 1 ? [1, space[0]] : space;
  const rows = space.length === 1 ? 1 : K;
  const r = (K - 1) / 2;
  return Float64Array.from({ length: x.length }, (_, at) => {
    const plane = Math.floor(at / (H * W)) * H * W;
    const [i, j] = [Math.floor((at - plane) / W), at % W];
    let sum = 0;
    for (let a = 0; a < rows; a++)
      for (let b = 0; b < K; b++) {
        const [y, z] = [i + (rows === 1 ? 0 : a - r), j + b - r];
        if (y >= 0 && y < H && z >= 0 && z < W) sum += w[a * K + b] * x[plane + y * W + z];
      }
    return B * C > 0 ? sum : 0;
  });
}

export function divisive(
  x: Numbers,
  shape: readonly number[],
  w: Numbers,
  K: number,
  { sigma, gamma, exponent }: { sigma: number; gamma: number; exponent: number },
): Float64Array {
  const drive = Float64Array.from(x, (v) => Math.max(0, v) ** exponent);
  const pool = pooled(drive, shape, w, K);
  return drive.map((d, i) => (gamma * d) / (sigma ** exponent + pool[i]));
}

export function inhibited(
  x: Numbers,
  shape: readonly number[],
  w: Numbers,
  K: number,
  beta: number,
): Float64Array {
  const pool = pooled(x, shape, w, K);
  return Float64Array.from(x, (v, i) => Math.max(0, v - beta * pool[i]));
}

export const gated = (x: Numbers, s: Numbers, of: (i: number) => number): Float64Array =>
  Float64Array.from(x, (v, i) => v / (1 + Math.exp(-s[of(i)])));
