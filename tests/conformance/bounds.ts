// Tolerances element by element, for ops where the largest magnitude of a tensor says too little; from the
// vectors' README.
import type { Vector } from './vectors.js';

const EPS = 2 ** -23;

/** What an element may be off, from the true value there and the input. */
type Bound = (b: number, x: number) => number;

const relative: Bound = (b) => 4 * EPS * Math.abs(b);
const gelu: Bound = (b, x) => (x < -1 ? 4 * EPS * Math.abs(b) + 5e-7 : 8 * EPS * Math.abs(b));

const BOUNDS: Record<string, Bound> = {
  erf: relative,
  tanh: relative,
  sigmoid: relative,
  silu: (b) => 4 * EPS * Math.abs(b) + 1e-36,
  gelu,
  gelu_tanh: gelu,
  // max(x, 0) has nothing to round.
  relu: () => 0,
  softmax: (b) => (b === 0 ? 0 : (4 + Math.abs(Math.log(b))) * EPS * Math.abs(b)),
  log_softmax: (b) => 8 * EPS * (1 + Math.abs(b)),
};

/** Where subnormals are flushed. */
const TINY = 1e-37;

/** By how many times an op's own bound is exceeded; undefined for an op that has none. */
export function elementExcess(
  op: string,
  actual: ArrayLike<number>,
  expected: Vector,
  input: Vector,
): number | undefined {
  const bound = BOUNDS[op];
  if (!bound) return undefined;
  let most = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [actual[i], expected.data[i]];
    if (Object.is(a, b)) continue;
    if (Number.isNaN(a) || !Number.isFinite(b)) return Infinity;
    most = Math.max(most, Math.abs(a - b) / (bound(b, input.data[i]) + TINY));
  }
  return most;
}
