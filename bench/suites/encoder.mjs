import { assertAgree, assertNear } from '../agree.mjs';
import { uniform } from '../random.mjs';
import { bertBase, inputs, minilmL6 } from '../shapes.mjs';
import { bertWeights } from '../weights.mjs';

/**
 * The arithmetic of MiniLM-L6 and BERT-base with random weights: token ids (B, S) in, last hidden state (B, S, D) out.
 * The vocabulary is cut to a thousand rows, since a gather costs the same from a table of any height.
 */
const VOCABULARY = 1000;

/**
 * How far two encoders may differ.  In f32, in any value: hidden states leave a layer norm with a spread of one; each of
 * the products between input and output adds about √1536·2⁻²⁴ = 2.3e-6, partly cancelling.  With quantised weights, as
 * a share of the length of all values: up to 2 % a product in 8 bits and 9 % in 4, likewise.
 */
const TOLERANCE = { f32: 3e-5, q8: 0.15, q8_0: 0.15, q4: 0.6, q4_1: 0.6 };

/** @type {Map<object, ReturnType<typeof bertWeights>>} by config, made when the first case wants them */
const made = new Map();

/**
 * Matrix products only: four of (D, D), two of (D, F) and the two of attention.
 * @param {import('../shapes.mjs').BertConfig} config @param {number} batch @param {number} length
 */
function flops({ hidden_size: D, intermediate_size: F, num_hidden_layers: L }, batch, length) {
  return 2 * L * batch * length * (4 * D * D + 2 * D * F + 2 * length * D);
}

/**
 * @param {{ batch: number, length: number }} input
 * @param {import('../contract.d.ts').DType} [dtype]
 * @param {import('../shapes.mjs').BertConfig} [shape]
 * @returns {import('../contract.d.ts').Case}
 */
export function encoderCase({ batch, length }, dtype = 'f32', shape = minilmL6) {
  const config = { ...shape, vocab_size: VOCABULARY };
  const next = uniform(batch * 1000 + length);
  const ids = () => Math.floor(next() * config.vocab_size);
  const inputIds = Int32Array.from({ length: batch * length }, ids);
  return {
    name: `${shape === bertBase ? 'bert-base-' : ''}B${batch}-S${length}${dtype === 'f32' ? '' : ` ${dtype}`}`,
    flops: flops(config, batch, length),
    full: batch > 1 || (shape === bertBase && length > 128),
    limit: dtype === 'f32' ? 'madd' : 'dot',
    async load(contestant) {
      const weights = made.get(shape) ?? bertWeights(config, 1);
      made.set(shape, weights);
      return contestant.encoder({ config, weights, batch, length, inputIds, dtype });
    },
    check(outputs) {
      const [[first, want], ...others] = outputs;
      if (others.length === 0) {
        throw new Error(`${first} ran alone: an encoder is checked against another engine, so name two`);
      }
      for (const [name, got] of others) {
        const what = `${name} against ${first}`;
        if (dtype === 'f32') assertAgree(what, got, want, () => TOLERANCE.f32);
        else assertNear(what, got, want, TOLERANCE[dtype]);
      }
    },
    release() {},
  };
}

/**
 * @param {{ dtype: import('../contract.d.ts').DType }} options
 * @returns {import('../contract.d.ts').Suite}
 */
export function build({ dtype }) {
  const large = inputs.filter(({ batch, length }) => batch === 1 && length >= 128);
  return {
    cases: [
      ...inputs.map((input) => encoderCase(input, dtype)),
      ...large.map((input) => encoderCase(input, dtype, bertBase)),
    ],
  };
}
