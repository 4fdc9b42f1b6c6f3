import { assertAgree, gemmReference } from '../agree.mjs';
import { normal } from '../random.mjs';
import { gemms } from '../shapes.mjs';

/**
 * One matrix product against a constant weight: C (M, N) = A (M, K) · B (K, N).
 * @param {readonly [number, number, number]} shape
 * @returns {import('../contract.d.ts').Case}
 */
function gemmCase([M, K, N]) {
  /** @type {import('../contract.d.ts').GemmProblem | undefined} */
  let problem;
  const inputs = () => {
    problem ??= { M, K, N, a: normal(M * K, 1), b: normal(K * N, 2) };
    return problem;
  };
  return {
    name: `${M}x${K}x${N}`,
    flops: 2 * M * K * N,
    reads: M === 1 ? 1 : 0, // its 64 MB fit no cache
    load: async (contestant) => contestant.gemm(inputs()),
    check(outputs) {
      const { want, tolerance } = gemmReference(inputs());
      for (const [name, got] of outputs) assertAgree(`${name} against doubles`, got, want, tolerance);
    },
    release() {
      problem = undefined;
    },
  };
}

/** @type {import('../contract.d.ts').Suite} */
export const suite = { cases: gemms.map(gemmCase) };
