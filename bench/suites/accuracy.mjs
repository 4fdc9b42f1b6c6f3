import { createEngine, fromPretrained } from '../../dist/node.js';
import { compare, measure } from '../accuracy/measure.mjs';
import { trained } from '../accuracy/models.mjs';
import { SCHEMES } from '../accuracy/schemes.mjs';

/**
 * What smaller weights and caches cost: hidden states and perplexity of the trained models against f32.  Weights of
 * the dtypes are measured as they run, with activations rounded too; the schemes round weights alone.
 * @typedef {import('../../dist/node.js').DecoderModel} DecoderModel
 * @typedef {{ dtype?: import('../contract.d.ts').DType, cache?: import('../../dist/node.js').KvDType }} Held
 */

/** @type {readonly (readonly [string, Held])[]} */
const HELD = [
  ['q8', { dtype: 'q8' }],
  ['q8_0', { dtype: 'q8_0' }],
  ['q4', { dtype: 'q4' }],
  ['q4_1', { dtype: 'q4_1' }],
  ['kvCache f16', { cache: 'f16' }],
  ['kvCache q8', { cache: 'q8' }],
  ['q8, kvCache q8', { dtype: 'q8', cache: 'q8' }],
  ['q8_0, kvCache q8', { dtype: 'q8_0', cache: 'q8' }],
  ['q4, kvCache q8', { dtype: 'q4', cache: 'q8' }],
  ['q4_1, kvCache q8', { dtype: 'q4_1', cache: 'q8' }],
];

/** @param {{ json: boolean, variant: string }} options @returns {Promise<boolean>} */
export async function main({ json, variant }) {
  const engine = await createEngine({ variant: /** @type {'simd' | 'relaxed'} */ (variant) });
  for (const { name, folder, windows } of trained()) {
    const load = (/** @type {Held['dtype']} */ dtype) => fromPretrained(engine, folder, { dtype });
    const exact = await load('f32');
    const model = /** @type {DecoderModel} */ (exact.model);
    const texts = await windows((text) => exact.tokenizer?.encode(text).ids ?? []);
    const truth = measure(model, texts);
    const tokens = texts.reduce((n, ids) => n + ids.length, 0);
    const tell = (/** @type {string} */ held, /** @type {ReturnType<typeof compare>} */ figures) =>
      process.stdout.write(
        `${json ? JSON.stringify({ suite: 'accuracy', model: name, variant, tokens, held, ...figures }) : text(name, held, figures)}\n`,
      );
    tell('f32', compare(truth, truth));
    for (const [held, { dtype, cache }] of HELD) {
      const other = dtype ? await load(dtype) : exact;
      tell(held, compare(truth, measure(/** @type {DecoderModel} */ (other.model), texts, cache)));
      if (other !== exact) other.dispose();
    }
    for (const { name: scheme, bits, round } of SCHEMES) {
      const rounded = await load('f32');
      roundWeights(/** @type {DecoderModel} */ (rounded.model), round);
      tell(
        `weights alone, ${bits} bits: ${scheme}`,
        compare(truth, measure(/** @type {DecoderModel} */ (rounded.model), texts)),
      );
      rounded.dispose();
    }
    exact.dispose();
  }
  engine.dispose();
  return true;
}

/** Every matrix that a product reads. @param {DecoderModel} model @param {(row: Float32Array) => void} round */
function roundWeights(model, round) {
  for (const parameter of model.parameters()) {
    if (!parameter.isPacked || parameter.owner !== parameter) continue;
    const values = parameter.copy();
    const K = parameter.shape[1];
    const w = /** @type {Float32Array} */ (values.data);
    for (let n = 0; n < parameter.shape[0]; n++) round(w.subarray(n * K, (n + 1) * K));
    parameter.set(values);
    parameter.pack();
  }
}

/** @param {string} model @param {string} held @param {ReturnType<typeof compare>} figures */
function text(model, held, { cosine, perplexity, change }) {
  const percent = `${change < 0 ? '' : '+'}${(100 * change).toFixed(2)} %`;
  return `${model.padEnd(13)}${held.padEnd(72)}cosine ${cosine.toFixed(6)}  perplexity ${perplexity.toFixed(4)}  ${percent}`;
}
