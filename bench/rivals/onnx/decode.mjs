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
  const { prompt, steps } = problem;
  const reader = modelOf(problem, true);
  const { caches } = reader;
  const session = await open(reader.model);
  const inputs = (ids, past) => ({
    input_ids: new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
    position: new ort.Tensor('int64', BigInt64Array.of(BigInt(past)), [1]),
  });
  const read = () => session.run(inputs(prompt, 0));
  if (steps === 0) {
    return {
      run: async () => /** @type {Float32Array} */ ((await read()).logits.data),
      dispose: () => session.release(),
    };
  }
  const before = await read();
  await session.release();
  const writer = await open(modelOf(problem, false).model);
  return {
    async run() {
      let results = before;
      for (let step = 0; step < steps; step++) {
        /** @type {Record<string, import('onnxruntime-common').Tensor>} */
        const feeds = inputs([best(results.logits.data)], prompt.length + step);
        for (const name of caches) feeds[`past_${name}`] = results[`present_${name}`];
        results = await writer.run(feeds);
      }
      return /** @type {Float32Array} */ (results.logits.data);
    },
    dispose: () => writer.release(),
  };
}

/** @type {{ key: string, built: ReturnType<typeof llamaModel> } | undefined} */
let last;

/** Both builds of onnxruntime read the same file, and quantising takes longer than reading. */
function modelOf(problem, prompt) {
  const key = `${problem.dtype} ${prompt}`;
  if (last?.key !== key) last = { key, built: llamaModel(problem, { prompt }) };
  return last.built;
}

/** @param {any} logits */
function best(logits) {
  let at = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[at]) at = i;
  return at;
}
