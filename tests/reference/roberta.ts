// RoBERTa in plain doubles: BERT's layers, positions counted from the padding id on.
import {
  attendHead,
  columns,
  gelu,
  type Matrix,
  plus,
  type ReferenceOutput,
  type ReferenceWeights,
} from './transformer.js';

interface Config {
  num_attention_heads: number;
  num_hidden_layers: number;
  hidden_size: number;
  layer_norm_eps: number;
  pad_token_id: number;
}

export function referenceRoberta(c: Config, w: ReferenceWeights, ids: readonly number[]): ReferenceOutput {
  const words = w.matrix('roberta.embeddings.word_embeddings.weight');
  const places = w.matrix('roberta.embeddings.position_embeddings.weight');
  const types = w.matrix('roberta.embeddings.token_type_embeddings.weight');
  const sum = ids.map((id, s) =>
    words[id].map((v, d) => v + places[c.pad_token_id + 1 + s][d] + types[0][d]),
  );
  let x: Matrix = w.layerNorm(sum, 'roberta.embeddings.LayerNorm', c.layer_norm_eps);
  const hiddenStates = [x];
  const attentions: Matrix[][] = [];
  const size = c.hidden_size / c.num_attention_heads;
  for (let i = 0; i < c.num_hidden_layers; i++) {
    const layer = `roberta.encoder.layer.${i}`;
    const [q, k, v] = ['query', 'key', 'value'].map((n) => w.linear(x, `${layer}.attention.self.${n}`));
    const heads = Array.from({ length: c.num_attention_heads }, (_, h) =>
      attendHead(
        columns(q, h * size, (h + 1) * size),
        columns(k, h * size, (h + 1) * size),
        columns(v, h * size, (h + 1) * size),
        () => true,
      ),
    );
    attentions.push(heads.map((h) => h.weights));
    const joined = x.map((_, s) => Float64Array.from(heads.flatMap((h) => [...h.out[s]])));
    const attended = w.linear(joined, `${layer}.attention.output.dense`);
    const middle = w.layerNorm(plus(attended, x), `${layer}.attention.output.LayerNorm`, c.layer_norm_eps);
    const inner = w.linear(middle, `${layer}.intermediate.dense`).map((row) => row.map(gelu));
    const outer = plus(w.linear(inner, `${layer}.output.dense`), middle);
    x = w.layerNorm(outer, `${layer}.output.LayerNorm`, c.layer_norm_eps);
    hiddenStates.push(x);
  }
  const pooled = w.has('roberta.pooler.dense.weight')
    ? w.linear([x[0]], 'roberta.pooler.dense')[0].map(Math.tanh)
    : undefined;
  return { hiddenStates, attentions, pooled };
}
