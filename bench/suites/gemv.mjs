import { assertAgree, assertNear, gemmReference, QUANTIZED } from '../agree.mjs';
import { repeated } from '../random.mjs';
import { gemvs } from '../shapes.mjs';

/**
 * A few rows against a large weight, as a decoder multiplies when it writes a token: the weight is read from memory
 * once a run, and how many bytes it has is what counts.
 * @param {readonly [number, number, number]} shape
 * @param {import('../contract.d.ts').DType} dtype
 * @returns {import('../contract.d.ts').Case}
 */
function gemvCase([M, K, N], dtype) {
  /** @type {import('../contract.d.ts').GemmProblem | undefined} */
  let problem;
  const inputs = () => {
    problem ??= { M, K, N, dtype, a: repeated(M * K, 1), b: repeated(K * N, 2) };
    return problem;
  };
  return {
    name: `${M}x${K}x${N} ${dtype}`,
    flops: 2 * M * K * N,
    full: M === 2 || M === 4 || K === 2048,
    limit: dtype === 'f32' ? 'madd' : 'dot',
    reads: 1,
    load: async (contestant) => contestant.gemm(inputs()),
    check(outputs) {
      const { want, tolerance } = gemmReference(inputs());
      for (const [name, got] of outputs) {
        const what = `${name} against doubles`;
        if (dtype === 'f32') assertAgree(what, got, want, tolerance);
        else assertNear(what, got, want, QUANTIZED[dtype]);
      }
    },
    release() {
      problem = undefined;
    },
  };
}

const dtypes = /** @type {const} */ (['f32', 'q8', 'q4']);

/** @type {import('../contract.d.ts').Suite} */
export const suite = {
  cases: [
    ...dtypes.flatMap((dtype) => gemvs.map((shape) => gemvCase(shape, dtype))),
    // Against what onnxruntime has in as many bits: 8 with a scale a column, 4 in blocks without minima.
    gemvCase(gemvs[0], 'q8_0'),
    gemvCase(gemvs[0], 'q4_1'),
  ],
};
