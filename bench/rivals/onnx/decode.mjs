import { llamaModel } from './llama.mjs';

/**
 * A Llama's prompt, or its steps behind one.  Keys and values go in and out as tensors, as transformers.js hands them
 * from one step to the next.
 * @param {typeof import('onnxruntime-common')} ort
 * @param {(model: Uint8Array) => Promise<import('onnxruntime-common').InferenceSession>} open
 * @param {import('../../contract.d.ts').DecodeProblem} problem
 * @returns {Promise<import('../../contract.d.ts').Job>}
 */
export async function decodeJob(ort, open, problem) {
  const { config, prompt, steps } = problem;
  const { model, caches } = llamaModel(problem);
  const session = await open(model);
  const size = config.hidden_size / config.num_attention_heads;
  const nothing = () =>
    new ort.Tensor('float32', new Float32Array(0), [1, config.num_key_value_heads, 0, size]);

  /** @param {Int32Array} ids @param {Record<string, any> | null} before results of the last call @param {number} past */
  const forward = (ids, before, past) => {
    const total = past + ids.length;
    /** @type {Record<string, import('onnxruntime-common').Tensor>} */
    const feeds = {
      input_ids: new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
      seqlens_k: new ort.Tensor('int32', Int32Array.of(total - 1), [1]),
      total_sequence_length: new ort.Tensor('int32', Int32Array.of(total), []),
    };
    for (const name of caches) feeds[`past_${name}`] = before ? before[`present_${name}`] : nothing();
    return session.run(feeds);
  };
  const read = await forward(prompt, null, 0);
  return {
    async run() {
      let results = steps === 0 ? await forward(prompt, null, 0) : read;
      for (let step = 0; step < steps; step++)
        results = await forward(Int32Array.of(best(results.logits.data)), results, prompt.length + step);
      return /** @type {Float32Array} */ (results.logits.data);
    },
    dispose: () => session.release(),
  };
}

/** @param {any} logits */
function best(logits) {
  let at = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[at]) at = i;
  return at;
}
