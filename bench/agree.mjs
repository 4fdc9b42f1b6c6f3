/**
 * The comparison that stands between a benchmark and its clock: an engine that computes something else is not
 * fast, it is wrong. `tests/bench/agree.test.ts` proves that it can fail.
 */

/**
 * @param {string} what names the two sides in the error
 * @param {Float32Array} got
 * @param {ArrayLike<number>} want
 * @param {(index: number) => number} tolerance largest allowed |got - want| at an index
 * @throws {Error} at a wrong length, the first value outside its tolerance, or a reference of zeros
 */
export function assertAgree(what, got, want, tolerance) {
  if (got.length !== want.length) {
    throw new Error(`${what}: expected ${want.length} values, got ${got.length}`);
  }
  let square = 0;
  for (let i = 0; i < want.length; i++) {
    const allowed = tolerance(i);
    // Written so that a NaN on either side is an error.
    if (!(Math.abs(got[i] - want[i]) <= allowed)) {
      throw new Error(`${what}: value ${i} is ${got[i]}, expected ${want[i]} ± ${allowed}`);
    }
    square += want[i] * want[i];
  }
  if (!(square > 0)) throw new Error(`${what}: the reference is all zeros, which proves nothing`);
}

/**
 * C = A·B in doubles, and how far an f32 product may be from it.
 *
 * A sum of K rounded products is off by about √K·u·Σ|a·b|, u = 2⁻²⁴ (Higham & Mary, "A new approach to
 * probabilistic rounding error analysis", SIAM J. Sci. Comput. 41(5), 2019); by Cauchy and Schwarz Σ|a·b| is at
 * most |row of A|·|column of B|. Four times that is what an engine is given, whatever its order of summation.
 *
 * @param {import('./contract.d.ts').GemmProblem} problem
 * @returns {{ want: Float64Array, tolerance: (index: number) => number }}
 */
export function gemmReference({ M, K, N, a, b }) {
  const want = new Float64Array(M * N);
  const rowNorm = new Float64Array(M);
  const columnNorm = new Float64Array(N);
  for (let m = 0; m < M; m++) {
    const row = want.subarray(m * N, (m + 1) * N);
    for (let k = 0; k < K; k++) {
      const scalar = a[m * K + k];
      rowNorm[m] += scalar * scalar;
      for (let n = 0, at = k * N; n < N; n++, at++) row[n] += scalar * b[at];
    }
  }
  for (let k = 0, at = 0; k < K; k++) {
    for (let n = 0; n < N; n++, at++) columnNorm[n] += b[at] * b[at];
  }
  const unit = 4 * Math.sqrt(K) * 2 ** -24;
  const tolerance = (index) => {
    const product = rowNorm[Math.floor(index / N)] * columnNorm[index % N];
    return unit * Math.sqrt(product);
  };
  return { want, tolerance };
}

/**
 * How far a product with a quantised weight may be from the exact one, as a share of its length.  Steps are 2/127 of
 * the range of a row in 7 bits (activations), 1/127 of it in 8 and 1/8 in 4; rounding to them adds about 0.29 of a step to
 * each of many independent terms, which for normal numbers makes 2 % and 9 %.  Twice that is allowed.
 */
export const QUANTIZED = { q8: 0.04, q8_0: 0.04, q4: 0.18, q4_1: 0.18 };

/**
 * Holds a whole vector against another, where rounding of every value is allowed.
 * @param {string} what names the two sides in the error
 * @param {ArrayLike<number>} got
 * @param {ArrayLike<number>} want
 * @param {number} tolerance largest allowed |got - want| / |want|, lengths of vectors
 */
export function assertNear(what, got, want, tolerance) {
  if (got.length !== want.length)
    throw new Error(`${what}: expected ${want.length} values, got ${got.length}`);
  let off = 0;
  let square = 0;
  for (let i = 0; i < want.length; i++) {
    off += (got[i] - want[i]) ** 2;
    square += want[i] ** 2;
  }
  if (!(square > 0)) throw new Error(`${what}: the reference is all zeros, which proves nothing`);
  const distance = Math.sqrt(off / square);
  if (!(distance <= tolerance))
    throw new Error(`${what}: off by ${distance.toPrecision(3)} of its length, allowed ${tolerance}`);
}
