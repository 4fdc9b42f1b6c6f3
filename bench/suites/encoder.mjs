import { assertAgree } from '../agree.mjs';
import { uniform } from '../random.mjs';
import { inputs, minilmL6 } from '../shapes.mjs';
import { bertWeights } from '../weights.mjs';

/**
 * MiniLM-L6's arithmetic with random weights: token ids (B, S) in, last hidden state (B, S, D) out.
 * The vocabulary is cut to a thousand rows, since a gather costs the same from a table of any height.
 */
const config = { ...minilmL6, vocab_size: 1000 };

/**
 * How far two f32 encoders may differ in a value. Hidden states leave a layer norm with a spread of one; each of
 * the 24 matrix products between input and output adds about √1536·2⁻²⁴ = 2.3e-6, partly cancelling.
 */
const TOLERANCE = 3e-5;

/** @type {ReturnType<typeof bertWeights> | undefined} the same for all cases, made when the first one wants them */
let weights;

/** Matrix products only: four of (D, D), two of (D, F) and the two of attention. */
function flops(batch, length) {
  const { hidden_size: D, intermediate_size: F, num_hidden_layers: L } = config;
  return 2 * L * batch * length * (4 * D * D + 2 * D * F + 2 * length * D);
}

/**
 * @param {{ batch: number, length: number }} input
 * @returns {import('../contract.d.ts').Case}
 */
export function encoderCase({ batch, length }) {
  const next = uniform(batch * 1000 + length);
  const ids = () => Math.floor(next() * config.vocab_size);
  const inputIds = Int32Array.from({ length: batch * length }, ids);
  return {
    name: `B${batch}-S${length}`,
    flops: flops(batch, length),
    async load(contestant) {
      weights ??= bertWeights(config, 1);
      return contestant.encoder({ config, weights, batch, length, inputIds });
    },
    check(outputs) {
      const [[first, want], ...others] = outputs;
      if (others.length === 0) {
        throw new Error(`${first} ran alone: an encoder is checked against another engine, so name two`);
      }
      for (const [name, got] of others) assertAgree(`${name} against ${first}`, got, want, () => TOLERANCE);
    },
    release() {},
  };
}

/** @type {import('../contract.d.ts').Suite} */
export const suite = { cases: inputs.map(encoderCase) };
