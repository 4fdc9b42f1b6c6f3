import { noGrad } from '../../dist/node.js';

/**
 * What one way of holding a model gives for some windows of text.
 * @typedef {{ hidden: Float32Array[], loss: number }} Outcome hidden states of each window, nats a token
 * @typedef {import('../../dist/node.js').DecoderModel} DecoderModel
 * @typedef {import('../../dist/node.js').KvDType} KvDType
 */

/** Mean of -log p of each token after the first, logits (S, V). @param {Float32Array} logits @param {number[]} ids */
function lossOf(logits, ids) {
  const V = logits.length / ids.length;
  let total = 0;
  for (let t = 0; t + 1 < ids.length; t++) {
    const row = logits.subarray(t * V, (t + 1) * V);
    const most = row.reduce((a, b) => Math.max(a, b));
    const sum = row.reduce((s, v) => s + Math.exp(v - most), 0);
    total += most + Math.log(sum) - row[ids[t + 1]];
  }
  return total / (ids.length - 1);
}

/** @param {DecoderModel} model @param {number[][]} windows @param {KvDType} [dtype] of a cache, if there is one */
export function measure(model, windows, dtype) {
  /** @type {Outcome} */
  const outcome = { hidden: [], loss: 0 };
  for (const ids of windows)
    noGrad(model.arena, () =>
      model.arena.scope(() => {
        const cache = dtype ? model.createCache({ dtype, capacity: ids.length }) : null;
        const { logits, lastHiddenState } = model.forward([ids], { cache });
        outcome.hidden.push(/** @type {Float32Array} */ (lastHiddenState.toArray()));
        outcome.loss += lossOf(/** @type {Float32Array} */ (logits.toArray()), ids) / windows.length;
        cache?.dispose();
      }),
    );
  return outcome;
}

/** @param {Float32Array} a @param {Float32Array} b */
function cosine(a, b) {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return ab / Math.sqrt(aa * bb);
}

/**
 * The cosine of all hidden states of the worst window, and how much perplexity changes.
 * @param {Outcome} exact @param {Outcome} other
 */
export function compare(exact, other) {
  return {
    cosine: Math.min(...exact.hidden.map((h, i) => cosine(h, other.hidden[i]))),
    perplexity: Math.exp(other.loss),
    change: Math.exp(other.loss - exact.loss) - 1,
  };
}
