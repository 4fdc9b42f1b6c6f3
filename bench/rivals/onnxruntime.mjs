import { encoderModel } from './onnx/encoder.mjs';
import { gemmModel } from './onnx/gemm.mjs';

/**
 * What the two builds of onnxruntime share: both read the same model file through the same JavaScript API.
 *
 * @param {string} name
 * @param {typeof import('onnxruntime-common')} ort
 * @param {string} version
 * @param {import('onnxruntime-common').InferenceSession.SessionOptions} options
 * @returns {import('../contract.d.ts').Contestant}
 */
export function onnxruntime(name, ort, version, options) {
  /** @param {Uint8Array} model @param {string} output @param {() => Record<string, import('onnxruntime-common').Tensor>} feeds */
  const job = async (model, output, feeds) => {
    const session = await ort.InferenceSession.create(model, {
      ...options,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    });
    return {
      run: async () => /** @type {Float32Array} */ ((await session.run(feeds()))[output].data),
      dispose: () => session.release(),
    };
  };
  return {
    name,
    version,
    gemm: (problem) => {
      const { M, K, a } = problem;
      return job(gemmModel(problem), 'c', () => ({ a: new ort.Tensor('float32', a, [M, K]) }));
    },
    encoder: (problem) => {
      const { batch, length } = problem;
      // Hugging Face's exports take int64 ids, so the model does; widening them is not part of the run.
      const ids = BigInt64Array.from(problem.inputIds, BigInt);
      return job(encoderModel(problem), 'last_hidden_state', () => ({
        input_ids: new ort.Tensor('int64', ids, [batch, length]),
      }));
    },
    dispose() {},
  };
}
