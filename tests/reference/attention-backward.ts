// Gradients of attention in plain double precision, straight from the definition of each step.
import { type Attention, attention } from './attention.js';

const { floor } = Math;

export interface AttentionGradients {
  /** (B,H,L,D) */
  dq: Float64Array;
  /** (B,G,S,D), summed over the query heads of the group */
  dk: Float64Array;
  /** (B,G,S,Dv) */
  dv: Float64Array;
  /** of the mask's values, where it is additive */
  dmask: Float64Array;
}

/** dy: (B,H,L,Dv) */
export function attentionBackward(a: Attention, dy: ArrayLike<number>): AttentionGradients {
  const { B, H, G, L, S, D, Dv, q, k, v } = a;
  const { weights, capped } = attention(a);
  const r: AttentionGradients = {
    dq: new Float64Array(B * H * L * D),
    dk: new Float64Array(B * G * S * D),
    dv: new Float64Array(B * G * S * Dv),
    dmask: new Float64Array(a.mask?.values.length ?? 0),
  };
  for (let b = 0; b < B; b++)
    for (let h = 0; h < H; h++)
      for (let i = 0; i < L; i++) {
        const row = (b * H + h) * L + i;
        const kv = (b * G + floor(h / (H / G))) * S;
        const dw = new Float64Array(S);
        let mean = 0;
        for (let j = 0; j < S; j++) {
          const w = weights[row * S + j];
          if (w === 0) continue;
          for (let c = 0; c < Dv; c++) {
            dw[j] += dy[row * Dv + c] * v[(kv + j) * Dv + c];
            r.dv[(kv + j) * Dv + c] += w * dy[row * Dv + c];
          }
          mean += w * dw[j];
        }
        for (let j = 0; j < S; j++) {
          const w = weights[row * S + j];
          if (w === 0) continue;
          let ds = w * (dw[j] - mean);
          if (a.mask?.kind === 2) {
            const [mB, mH, mL, mS] = a.mask.strides;
            r.dmask[b * mB + h * mH + i * mL + j * mS] += ds;
          }
          if (a.softcap) ds *= 1 - (capped[row * S + j] / a.softcap) ** 2;
          for (let d = 0; d < D; d++) {
            r.dq[row * D + d] += a.scale * ds * k[(kv + j) * D + d];
            r.dk[(kv + j) * D + d] += a.scale * ds * q[row * D + d];
          }
        }
      }
  return r;
}
