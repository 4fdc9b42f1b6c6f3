// The Transformer of Vaswani et al. 2017 for sequence to sequence, in doubles, for one sequence and its target, with
// weights under PyTorch's names.
import { softmax } from './softmax.js';
import { attendHead, columns, type Matrix, plus, type ReferenceWeights, times } from './transformer.js';

export interface Seq2SeqShape {
  heads: number;
  encoderLayers: number;
  decoderLayers: number;
  normFirst: boolean;
  tied: boolean;
}

const EPS = 1e-5;

/**
 * Logits of what comes after each token of the target, and the weights of each decoder layer's cross-attention and
 * of each encoder layer.
 */
export function seq2seq(
  source: readonly number[],
  target: readonly number[],
  w: ReferenceWeights,
  shape: Seq2SeqShape,
): { logits: Matrix; maps: Matrix[][]; encoderMaps: Matrix[][] } {
  const norm = (x: Matrix, name: string): Matrix => w.layerNorm(x, name, EPS);
  const sublayer = (x: Matrix, name: string, f: (x: Matrix) => Matrix): Matrix =>
    shape.normFirst ? plus(x, f(norm(x, name))) : norm(plus(x, f(x)), name);
  const feedForward = (name: string) => (x: Matrix) =>
    w.linear(
      w.linear(x, `${name}.linear1`).map((row) => row.map((v) => Math.max(0, v))),
      `${name}.linear2`,
    );
  const attend = (name: string, x: Matrix, y: Matrix, sees: (i: number, j: number) => boolean) =>
    multihead(w, `transformer.${name}`, x, y, shape.heads, sees);

  let x = embedded(w, 'src_embedding.weight', source);
  const encoderMaps: Matrix[][] = [];
  for (let l = 0; l < shape.encoderLayers; l++) {
    const name = `encoder.layers.${l}`;
    x = sublayer(x, `transformer.${name}.norm1`, (h) => {
      const { out, weights } = attend(`${name}.self_attn`, h, h, () => true);
      encoderMaps.push(weights);
      return out;
    });
    x = sublayer(x, `transformer.${name}.norm2`, feedForward(`transformer.${name}`));
  }
  const memory = norm(x, 'transformer.encoder.norm');
  const maps: Matrix[][] = [];
  let y = embedded(w, shape.tied ? 'src_embedding.weight' : 'tgt_embedding.weight', target);
  for (let l = 0; l < shape.decoderLayers; l++) {
    const name = `decoder.layers.${l}`;
    y = sublayer(
      y,
      `transformer.${name}.norm1`,
      (h) => attend(`${name}.self_attn`, h, h, (i, j) => j <= i).out,
    );
    y = sublayer(y, `transformer.${name}.norm2`, (h) => {
      const { out, weights } = attend(`${name}.multihead_attn`, h, memory, () => true);
      maps.push(weights);
      return out;
    });
    y = sublayer(y, `transformer.${name}.norm3`, feedForward(`transformer.${name}`));
  }
  const output = w.matrix(shape.tied ? 'src_embedding.weight' : 'output.weight');
  const bias = w.vector('output.bias');
  const logits = norm(y, 'transformer.decoder.norm').map((row) =>
    times(row, output).map((v, i) => v + bias[i]),
  );
  return { logits, maps, encoderMaps };
}

/** The sum of -log p over the tokens after the first. */
export function seq2seqLoss(
  source: readonly number[],
  target: readonly number[],
  w: ReferenceWeights,
  shape: Seq2SeqShape,
): number {
  const { logits } = seq2seq(source, target.slice(0, -1), w, shape);
  return logits.reduce((sum, row, i) => sum - Math.log(softmax(row)[target[i + 1]]), 0);
}

/** Rows times √E, plus sines and cosines in turn. */
function embedded(w: ReferenceWeights, name: string, ids: readonly number[]): Matrix {
  const rows = w.matrix(name);
  const E = rows[0].length;
  return ids.map((id, place) =>
    rows[id].map((v, i) => {
      const angle = place / 10000 ** ((2 * Math.floor(i / 2)) / E);
      return v * Math.sqrt(E) + (i % 2 === 0 ? Math.sin(angle) : Math.cos(angle));
    }),
  );
}

function multihead(
  w: ReferenceWeights,
  name: string,
  x: Matrix,
  y: Matrix,
  heads: number,
  sees: (i: number, j: number) => boolean,
): { out: Matrix; weights: Matrix[] } {
  const E = x[0].length;
  const [all, bias] = [w.matrix(`${name}.in_proj_weight`), w.vector(`${name}.in_proj_bias`)];
  const [q, k, v] = [x, y, y].map((rows, part) =>
    rows.map((row) => times(row, all.slice(part * E, (part + 1) * E)).map((p, i) => p + bias[part * E + i])),
  );
  const D = E / heads;
  const each = Array.from({ length: heads }, (_, h) => {
    const cut = (m: Matrix): Matrix => columns(m, h * D, (h + 1) * D);
    return attendHead(cut(q), cut(k), cut(v), sees);
  });
  const joined = x.map((_, i) => Float64Array.from(each.flatMap(({ out }) => Array.from(out[i]))));
  return { out: w.linear(joined, `${name}.out_proj`), weights: each.map(({ weights }) => weights) };
}
