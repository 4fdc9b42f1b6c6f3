// Attention in plain double precision, one row at a time: the readable specification of the kernels.

// In jest a global is looked up through the sandbox each time; these loops are hot.
const { exp, floor, log, max, tanh } = Math;
const INFINITY = Infinity;

/** Dense: q (B,H,L,D), k (B,G,S,D), v (B,G,S,Dv). */
export interface Attention {
  B: number;
  H: number;
  /** kv heads; query head h reads kv head floor(h / (H / G)) */
  G: number;
  L: number;
  S: number;
  D: number;
  Dv: number;
  q: ArrayLike<number>;
  k: ArrayLike<number>;
  v: ArrayLike<number>;
  /** 1: nonzero = attend; 2: added to the score, -inf = do not attend.  Strides of (b, h, l, s). */
  mask?: { kind: 1 | 2; values: ArrayLike<number>; strides: readonly [number, number, number, number] };
  scale: number;
  softcap?: number;
  /** query i sees key j if i + lo <= j <= i + hi */
  lo?: number;
  hi?: number;
}

export interface AttentionResult {
  /** (B,H,L,Dv) */
  o: Float64Array;
  /** (B,H,L): log of the sum of e^score; -inf where nothing is seen */
  lse: Float64Array;
  /** (B,H,L,S) */
  weights: Float64Array;
  /** (B,H,L,S): scaled products, after the soft cap, and after the mask (hidden = -inf) */
  products: Float64Array;
  capped: Float64Array;
  scores: Float64Array;
}

/** What the mask adds to a score; -inf = hidden. */
function maskValue(a: Attention, b: number, h: number, i: number, j: number): number {
  if (j < i + (a.lo ?? -INFINITY) || j > i + (a.hi ?? INFINITY)) return -INFINITY;
  if (a.mask === undefined) return 0;
  const [mB, mH, mL, mS] = a.mask.strides;
  const m = a.mask.values[b * mB + h * mH + i * mL + j * mS];
  return a.mask.kind === 2 ? m : m !== 0 ? 0 : -INFINITY;
}

export function attention(a: Attention): AttentionResult {
  const { B, H, G, L, S, D, Dv } = a;
  const square = () => new Float64Array(B * H * L * S);
  const r: AttentionResult = {
    o: new Float64Array(B * H * L * Dv),
    lse: new Float64Array(B * H * L),
    weights: square(),
    products: square(),
    capped: square(),
    scores: square(),
  };
  for (let b = 0; b < B; b++)
    for (let h = 0; h < H; h++)
      for (let i = 0; i < L; i++) {
        const row = (b * H + h) * L + i;
        const kv = b * G + floor(h / (H / G));
        let peak = -INFINITY;
        for (let j = 0; j < S; j++) {
          let s = 0;
          for (let d = 0; d < D; d++) s += a.q[row * D + d] * a.k[(kv * S + j) * D + d];
          s *= a.scale;
          r.products[row * S + j] = s;
          if (a.softcap) s = a.softcap * tanh(s / a.softcap);
          r.capped[row * S + j] = s;
          const m = maskValue(a, b, h, i, j);
          s = m === -INFINITY ? -INFINITY : s + m;
          r.scores[row * S + j] = s;
          peak = max(peak, s);
        }
        let sum = 0;
        if (peak !== -INFINITY) for (let j = 0; j < S; j++) sum += exp(r.scores[row * S + j] - peak);
        r.lse[row] = sum === 0 ? -INFINITY : peak + log(sum);
        for (let j = 0; j < S; j++) {
          const w = sum === 0 ? 0 : exp(r.scores[row * S + j] - r.lse[row]);
          r.weights[row * S + j] = w;
          if (w === 0) continue; // a hidden key does not touch the row, whatever it holds
          for (let c = 0; c < Dv; c++) r.o[row * Dv + c] += w * a.v[(kv * S + j) * Dv + c];
        }
      }
  return r;
}
