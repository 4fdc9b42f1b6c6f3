/**
 * A Llama with random weights, made piece by piece while it is loaded, and how it continues a prompt.  Knows neither
 * Node nor browser: both measure this file.
 *
 * Matrices have variance 1/fan-in and norms ones, so that activations keep their size through the layers and the
 * logits are of spread one.
 */
import { normal } from './random.mjs';

/** Values that are drawn; a prime, so that no row is like another.  Each tensor begins somewhere else in them. */
const DRAWN = 1048573;
const STRIDE = 7919;
const SEED = 11;

/** @type {Float32Array | undefined} */
let drawn;

/**
 * @param {import('./shapes.mjs').LlamaConfig} config
 * @returns {Map<string, number[]>} Hugging Face's keys of a tied checkpoint, with shapes
 */
export function llamaShapes(config) {
  const { vocab_size: V, hidden_size: D, intermediate_size: F } = config;
  const kv = (D / config.num_attention_heads) * config.num_key_value_heads;
  /** @type {Map<string, number[]>} */
  const shapes = new Map([['model.embed_tokens.weight', [V, D]]]);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const parts = {
      input_layernorm: [D],
      'self_attn.q_proj': [D, D],
      'self_attn.k_proj': [kv, D],
      'self_attn.v_proj': [kv, D],
      'self_attn.o_proj': [D, D],
      post_attention_layernorm: [D],
      'mlp.gate_proj': [F, D],
      'mlp.up_proj': [F, D],
      'mlp.down_proj': [D, F],
    };
    for (const [part, shape] of Object.entries(parts))
      shapes.set(`model.layers.${layer}.${part}.weight`, shape);
  }
  return shapes.set('model.norm.weight', [D]);
}

/**
 * The values of one tensor in parts, each at most a million of them and good until the next.
 * @param {readonly number[]} shape
 * @param {number} index of the tensor
 * @returns {Generator<{ at: number, values: Float32Array }>}
 */
export function* llamaValues(shape, index) {
  const length = shape.reduce((product, dim) => product * dim, 1);
  if (shape.length === 1) {
    yield { at: 0, values: new Float32Array(length).fill(1) };
    return;
  }
  drawn ??= normal(DRAWN, SEED);
  const scale = 1 / Math.sqrt(shape[1]);
  const scaled = drawn.map((value) => value * scale);
  let from = (index * STRIDE) % DRAWN;
  for (let at = 0; at < length; ) {
    const values = scaled.subarray(from, Math.min(DRAWN, from + length - at));
    yield { at, values };
    at += values.length;
    from = 0;
  }
}

/** @param {import('./shapes.mjs').LlamaConfig} config @returns {Float32Array} all values of a tensor by its name */
export function llamaTensor(config, name) {
  const shapes = llamaShapes(config);
  const shape = shapes.get(name) ?? [];
  const out = new Float32Array(shape.reduce((product, dim) => product * dim, 1));
  for (const { at, values } of llamaValues(shape, [...shapes.keys()].indexOf(name))) out.set(values, at);
  return out;
}

/** @param {import('./shapes.mjs').LlamaConfig} config @returns {import('fovea').WeightSource} */
function weightSource(config) {
  const shapes = llamaShapes(config);
  const names = [...shapes.keys()];
  return {
    tensors: new Map([...shapes].map(([name, shape]) => [name, { dtype: 'F32', shape }])),
    async *read(wanted) {
      for (const [index, name] of names.entries()) {
        if (!wanted(name)) continue;
        for (const { at, values } of llamaValues(shapes.get(name) ?? [], index)) {
          const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
          yield { name, element: at, bytes };
        }
      }
    },
  };
}

/**
 * fovea's side of `DecodeProblem` in contract.d.ts.
 * @param {Pick<typeof import('fovea'), 'createModel' | 'loadWeights' | 'noGrad' | 'F'>} fovea
 * @param {import('fovea').Engine} engine
 * @param {import('./contract.d.ts').DecodeProblem} problem
 * @returns {Promise<import('./contract.d.ts').Job>}
 */
export async function decodeJob(
  { createModel, loadWeights, noGrad, F },
  engine,
  { config, dtype, prompt, steps },
) {
  const { arena } = engine;
  const model = /** @type {import('fovea').DecoderModel} */ (createModel(arena, { ...config }));
  await loadWeights(model, weightSource(config), { dtype });
  const cache = model.createCache({ capacity: prompt.length + steps });
  /** Logits of the last of `ids`. @param {Int32Array} ids @param {(logits: import('fovea').Tensor) => void} use */
  const forward = (ids, use) =>
    noGrad(arena, () => engine.scope(() => use(model.forward([ids], { cache, logits: 'last' }).logits)));
  const token = new Int32Array(1);
  const pick = (/** @type {import('fovea').Tensor} */ logits) => {
    token[0] = F.argmax(logits).data[0];
  };
  const out = new Float32Array(config.vocab_size);
  const keep = (/** @type {import('fovea').Tensor} */ logits) => {
    out.set(/** @type {Float32Array} */ (logits.data));
    pick(logits);
  };
  forward(prompt, pick);
  const next = token[0];
  return {
    bytes: bytesOf(model),
    run: () => {
      if (steps === 0) {
        cache.truncate(0);
        forward(prompt, keep);
        return out;
      }
      cache.truncate(prompt.length);
      token[0] = next;
      for (let step = 1; step < steps; step++) forward(token, pick);
      forward(token, keep);
      return out;
    },
    dispose: () => {
      cache.dispose();
      model.dispose();
    },
  };
}

/** Bytes of all weights of a model, a tied one once.  @param {import('fovea').DecoderModel | import('fovea').EncoderModel} model */
export function bytesOf(model) {
  const matrices = new Set(model.parameters().map((parameter) => parameter.matrix));
  return [...matrices].reduce((sum, each) => sum + ('bytes' in each ? each.bytes : 4 * each.numel), 0);
}
