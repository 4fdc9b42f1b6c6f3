// The Llama family in plain doubles.
import {
  attendHead,
  columns,
  type Matrix,
  plus,
  type ReferenceOutput,
  type ReferenceWeights,
  silu,
  times,
} from './transformer.js';

export interface GatedReferenceConfig {
  hidden_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  num_key_value_heads: number;
  head_dim: number;
  rms_norm_eps: number;
  tie_word_embeddings: boolean;
  /** Angle per position of pair i of a head, and what cosine and sine are multiplied by. */
  frequencies: readonly number[];
  magnitude: number;
  /** Keys that a query of layer i sees, itself included. */
  windows: readonly number[];
}

export function referenceGated(
  c: GatedReferenceConfig,
  w: ReferenceWeights,
  ids: readonly number[],
): ReferenceOutput {
  const embeddings = w.matrix('model.embed_tokens.weight');
  let x: Matrix = ids.map((id) => embeddings[id]);
  const hiddenStates = [x];
  const attentions: Matrix[][] = [];
  const D = c.head_dim;
  const share = c.num_attention_heads / c.num_key_value_heads;
  for (let i = 0; i < c.num_hidden_layers; i++) {
    const layer = `model.layers.${i}`;
    const normed = w.rmsNorm(x, `${layer}.input_layernorm`, c.rms_norm_eps);
    const [q, k, v] = ['q', 'k', 'v'].map((n) => w.linear(normed, `${layer}.self_attn.${n}_proj`));
    const headOf = (m: Matrix, h: number, norm: string): Matrix => {
      const part = columns(m, h * D, (h + 1) * D);
      const key = `${layer}.self_attn.${norm}`;
      return turn(c, w.has(`${key}.weight`) ? w.rmsNorm(part, key, c.rms_norm_eps) : part);
    };
    const heads = Array.from({ length: c.num_attention_heads }, (_, h) => {
      const g = Math.floor(h / share);
      return attendHead(
        headOf(q, h, 'q_norm'),
        headOf(k, g, 'k_norm'),
        columns(v, g * D, (g + 1) * D),
        (to, from) => from <= to && to - from < c.windows[i],
      );
    });
    attentions.push(heads.map((h) => h.weights));
    const joined = x.map((_, s) => Float64Array.from(heads.flatMap((h) => [...h.out[s]])));
    const h = plus(x, w.linear(joined, `${layer}.self_attn.o_proj`));
    const after = w.rmsNorm(h, `${layer}.post_attention_layernorm`, c.rms_norm_eps);
    const gate = w.linear(after, `${layer}.mlp.gate_proj`).map((row) => row.map(silu));
    const up = w.linear(after, `${layer}.mlp.up_proj`);
    const inner = gate.map((row, s) => row.map((value, d) => value * up[s][d]));
    x = plus(h, w.linear(inner, `${layer}.mlp.down_proj`));
    hiddenStates.push(x);
  }
  const last = w.rmsNorm(x, 'model.norm', c.rms_norm_eps);
  hiddenStates[c.num_hidden_layers] = last;
  const head = c.tie_word_embeddings ? embeddings : w.matrix('lm_head.weight');
  const logits = last.map((row) => times(row, head));
  return { hiddenStates, attentions, logits };
}

/** Element i of a head is turned together with element i + D / 2, by position times frequency i. */
function turn({ frequencies, magnitude, head_dim: D }: GatedReferenceConfig, head: Matrix): Matrix {
  return head.map((row, position) =>
    row.map((value, d) => {
      const i = d % (D / 2);
      const other = d < D / 2 ? -row[d + D / 2] : row[d - D / 2];
      const angle = position * frequencies[i];
      return (value * Math.cos(angle) + other * Math.sin(angle)) * magnitude;
    }),
  );
}
