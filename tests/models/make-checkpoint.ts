// Makes small random checkpoints in Hugging Face's layout, for the model types that no shared checkpoint
// covers.  Weights are scaled so that attention is far from uniform: a wrong mask, head split or rotary
// order shows.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensors } from '../../src/io/safetensors/write.js';
import { Random } from '../random.js';
import { type ReferenceTensor, ReferenceWeights } from '../reference/transformer.js';

export type Config = Readonly<Record<string, unknown>>;
type Shapes = Readonly<Record<string, readonly number[]>>;

export interface MadeCheckpoint {
  readonly config: Config;
  readonly weights: ReferenceWeights;
}

export function makeCheckpoint(config: Config, shapes: Shapes, seed: number): MadeCheckpoint {
  const random = new Random(seed);
  const tensors = new Map<string, ReferenceTensor>();
  for (const [name, shape] of Object.entries(shapes)) {
    const n = shape.reduce((a, b) => a * b, 1);
    const data = random.normal(n, scaleOf(name, shape));
    // Norm weights are around one.
    if (/norm\.weight$/i.test(name)) for (let i = 0; i < n; i++) data[i] = Math.fround(1 + data[i]);
    tensors.set(name, { shape, data });
  }
  return { config, weights: new ReferenceWeights(tensors) };
}

function scaleOf(name: string, shape: readonly number[]): number {
  if (shape.length === 1) return 0.2;
  if (/embed/.test(name)) return 1;
  return (/query|key|q_proj|k_proj/.test(name) ? 2 : 1) / Math.sqrt(shape[1]);
}

/** The files of its folder. */
export function filesOf({ config, weights }: MadeCheckpoint): Map<string, Uint8Array | string> {
  const tensors = [...weights.tensors].map(([name, { shape, data }]) => {
    const f32 = Float32Array.from(data);
    return [name, { dtype: 'F32' as const, shape: [...shape], bytes: new Uint8Array(f32.buffer) }] as const;
  });
  return new Map<string, Uint8Array | string>([
    ['config.json', JSON.stringify(config)],
    ['model.safetensors', writeSafetensors(tensors)],
  ]);
}

/** Writes them into a temporary folder, which exists while `body` runs. */
export async function inFolder<T>(
  files: Iterable<readonly [string, Uint8Array | string]>,
  body: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-'));
  try {
    for (const [file, content] of files) writeFileSync(join(folder, file), content);
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const ROBERTA: Config = {
  model_type: 'roberta',
  vocab_size: 120,
  hidden_size: 36,
  num_attention_heads: 3,
  num_hidden_layers: 2,
  intermediate_size: 70,
  hidden_act: 'gelu',
  layer_norm_eps: 1e-5,
  max_position_embeddings: 34,
  type_vocab_size: 1,
  pad_token_id: 1,
};

/** With a head, as RobertaForMaskedLM saves it: prefixed keys, and more than the model needs. */
export function robertaShapes(c: Config, pooler: boolean): Shapes {
  const [D, I, V] = [c.hidden_size, c.intermediate_size, c.vocab_size] as number[];
  const dense = (name: string, out: number, into: number) => ({
    [`${name}.weight`]: [out, into],
    [`${name}.bias`]: [out],
  });
  const norm = (name: string) => ({ [`${name}.weight`]: [D], [`${name}.bias`]: [D] });
  const shapes: Record<string, readonly number[]> = {
    'roberta.embeddings.word_embeddings.weight': [V, D],
    'roberta.embeddings.position_embeddings.weight': [c.max_position_embeddings as number, D],
    'roberta.embeddings.token_type_embeddings.weight': [c.type_vocab_size as number, D],
    ...norm('roberta.embeddings.LayerNorm'),
    ...dense('lm_head.dense', D, D),
    'lm_head.bias': [V],
    ...(pooler ? dense('roberta.pooler.dense', D, D) : {}),
  };
  for (let i = 0; i < (c.num_hidden_layers as number); i++) {
    const layer = `roberta.encoder.layer.${i}`;
    for (const part of ['query', 'key', 'value'])
      Object.assign(shapes, dense(`${layer}.attention.self.${part}`, D, D));
    Object.assign(
      shapes,
      dense(`${layer}.attention.output.dense`, D, D),
      norm(`${layer}.attention.output.LayerNorm`),
      dense(`${layer}.intermediate.dense`, I, D),
      dense(`${layer}.output.dense`, D, I),
      norm(`${layer}.output.LayerNorm`),
    );
  }
  return shapes;
}

export const GATED: Config = {
  model_type: 'llama',
  vocab_size: 90,
  hidden_size: 32,
  intermediate_size: 56,
  num_hidden_layers: 3,
  num_attention_heads: 6,
  num_key_value_heads: 2,
  head_dim: 8,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-6,
  rope_theta: 10000,
  hidden_act: 'silu',
  tie_word_embeddings: false,
};

export interface GatedShape {
  qkvBias?: boolean;
  outputBias?: boolean;
  mlpBias?: boolean;
  qkNorm?: boolean;
}

export function gatedShapes(c: Config, { qkvBias, outputBias, mlpBias, qkNorm }: GatedShape = {}): Shapes {
  const [D, I, V, H, G, S] = [
    c.hidden_size,
    c.intermediate_size,
    c.vocab_size,
    c.num_attention_heads,
    c.num_key_value_heads,
    c.head_dim,
  ] as number[];
  const dense = (name: string, out: number, into: number, bias = false) => ({
    [`${name}.weight`]: [out, into],
    ...(bias && { [`${name}.bias`]: [out] }),
  });
  const shapes: Record<string, readonly number[]> = { 'model.embed_tokens.weight': [V, D] };
  for (let i = 0; i < (c.num_hidden_layers as number); i++) {
    const layer = `model.layers.${i}`;
    Object.assign(
      shapes,
      { [`${layer}.input_layernorm.weight`]: [D], [`${layer}.post_attention_layernorm.weight`]: [D] },
      dense(`${layer}.self_attn.q_proj`, H * S, D, qkvBias),
      dense(`${layer}.self_attn.k_proj`, G * S, D, qkvBias),
      dense(`${layer}.self_attn.v_proj`, G * S, D, qkvBias),
      dense(`${layer}.self_attn.o_proj`, D, H * S, outputBias),
      dense(`${layer}.mlp.gate_proj`, I, D, mlpBias),
      dense(`${layer}.mlp.up_proj`, I, D, mlpBias),
      dense(`${layer}.mlp.down_proj`, D, I, mlpBias),
      qkNorm && { [`${layer}.self_attn.q_norm.weight`]: [S], [`${layer}.self_attn.k_norm.weight`]: [S] },
    );
  }
  return {
    ...shapes,
    'model.norm.weight': [D],
    ...(c.tie_word_embeddings ? {} : { 'lm_head.weight': [V, D] }),
  };
}
