import { assertNear } from '../agree.mjs';
import { uniform } from '../random.mjs';
import { smollm2 } from '../shapes.mjs';

/**
 * A Llama of SmolLM2-135M's shape with random weights: the logits after a prompt of 128 or 512 tokens, and 64 tokens
 * written one after another behind one of 128.
 */
export const WORK = [
  { name: 'prefill-128', length: 128, steps: 0 },
  { name: 'prefill-512', length: 512, steps: 0 },
  { name: 'decode-64', length: 128, steps: 64 },
];
/** For those that would take minutes for 64. */
const SHORT = { name: 'decode-4', length: 128, steps: 4 };

/** Between two engines that quantise differently, of the length of all logits; an engine that is wrong is off by 1.4. */
const TOLERANCE = { f32: 1e-3, q8: 0.35, q8_0: 0.35, q4: 0.9, q4_1: 0.9 };

/** @param {import('../shapes.mjs').LlamaConfig} config @param {number} tokens @param {number} seen on average @param {number} heads how many of them go through the head */
function flops(config, tokens, seen, heads) {
  const { hidden_size: D, intermediate_size: F, num_hidden_layers: L, vocab_size: V } = config;
  const kv = (D / config.num_attention_heads) * config.num_key_value_heads;
  return 2 * tokens * L * (2 * D * D + 2 * D * kv + 3 * D * F + 2 * seen * D) + 2 * heads * D * V;
}

/**
 * @param {typeof WORK[number]} work
 * @param {import('../contract.d.ts').DType} dtype
 * @returns {import('../contract.d.ts').Case}
 */
export function decodeCase({ name, length, steps }, dtype) {
  const config = smollm2;
  const next = uniform(length);
  const prompt = Int32Array.from({ length }, () => Math.floor(next() * config.vocab_size));
  return {
    name: `${name} ${dtype}`,
    flops: steps ? flops(config, steps, length + steps / 2, steps) : flops(config, length, length / 2, 1),
    full: length > 128 || (steps > 0 && steps < 64),
    limit: dtype === 'f32' ? 'madd' : 'dot',
    reads: steps || 1,
    load: async (contestant) => contestant.decode?.({ config, dtype, prompt, steps }) ?? null,
    check(outputs) {
      const [[first, want], ...others] = outputs;
      if (!want.every(Number.isFinite) || new Set(want).size < 1000)
        throw new Error(`${first}: these are no logits`);
      // What is written after the first token that differs has nothing to do with each other any more.
      if (steps > 0) return;
      for (const [other, got] of others) assertNear(`${other} against ${first}`, got, want, TOLERANCE[dtype]);
    },
    release() {},
  };
}

const dtypes = /** @type {const} */ (['q8', 'q4']);

/** @type {import('../contract.d.ts').Suite} */
export const suite = {
  rivals: ['onnxruntime-web', 'onnxruntime-node'],
  cases: [...dtypes.flatMap((dtype) => WORK.map((work) => decodeCase(work, dtype))), decodeCase(SHORT, 'q4')],
  /** Tokens a second, and the weights read a second as they lie in memory. */
  figures: ({ rows }) =>
    rows.flatMap((row) => {
      const work = WORK.find(({ name }) => row.case.startsWith(name));
      if (!work || !row.ours) return [];
      const tokens = work.steps || work.length;
      return [{ name: `${row.case}`, unit: 'tokens/s', value: (1000 * tokens) / row.ours.ms }];
    }),
};
