import { attentionModel } from './onnx/attention.mjs';
import { decodeJob } from './onnx/decode.mjs';
import { encoderModel } from './onnx/encoder.mjs';
import { gemmModel } from './onnx/gemm.mjs';

const MOST_STEPS = 4;
const MOST_PROMPT = 128;

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
  /** @param {Uint8Array} model */
  const open = (model) =>
    ort.InferenceSession.create(model, { ...options, graphOptimizationLevel: 'all', logSeverityLevel: 3 });
  /** @param {Uint8Array} model @param {string} output @param {() => Record<string, import('onnxruntime-common').Tensor>} feeds */
  const job = async (model, output, feeds) => {
    const session = await open(model);
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
    attention: (problem) => {
      const { H, G, S, D } = problem;
      const { model, lengths } = attentionModel(problem, { repeat: name === 'onnxruntime-web' });
      const part = (data, heads) => new ort.Tensor('float32', data, [1, S, heads * D]);
      return job(model, 'o', () => ({
        q: part(problem.q, H),
        k: part(problem.k, G),
        v: part(problem.v, G),
        ...(lengths && {
          seqlens_k: new ort.Tensor('int32', Int32Array.of(S - 1), [1]),
          total_sequence_length: new ort.Tensor('int32', Int32Array.of(S), []),
        }),
      }));
    },
    decode: (problem) => {
      // In WebAssembly MatMulNBits has no kernel of its own, and a token in 4 bits takes a second: the short cases say as
      // much as the long ones.
      const { dtype, prompt, steps } = problem;
      const long = steps > MOST_STEPS || prompt.length > MOST_PROMPT;
      return name === 'onnxruntime-web' && dtype.startsWith('q4') && long
        ? null
        : decodeJob(ort, open, problem);
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
