// Hard attention, one input instead of a mean of all, and the ways to train through a choice that has no
// derivative.  Notes' symbols: scores s, attention distribution α = softmax(s), values V = [v_1 ... v_N].
import { ArgumentError } from '../errors.js';
import type { Generator } from '../tensor/generator.js';
import { record } from '../tensor/tape.js';
import { Tensor } from '../tensor/tensor.js';
import { argmax } from './argmax.js';
import { add, div, mul, sub } from './binary.js';
import { mean, sum } from './reduce.js';
import { attend } from './soft-attention.js';
import { logSoftmax, softmax } from './softmax.js';
import { log, neg } from './unary.js';
import { expectDType } from './util.js';
import { contiguous } from './view.js';

/** `one_hot` as f32: indices (...) i32 -> (..., N), 1 at the index. @throws ArgumentError for one outside 0..N-1 */
export function oneHot(indices: Tensor, N: number): Tensor {
  expectDType(indices, 'indices', 'i32');
  const at = indices.toArray();
  const y = Tensor.empty(indices.arena, [...indices.shape, N]);
  const data = y.data.fill(0);
  at.forEach((n, i) => {
    if (n < 0 || n >= N) throw new ArgumentError(`indices must be in 0..${N - 1}, got ${n} at position ${i}`);
    data[i * N + n] = 1;
  });
  return y;
}

/** What was read, and which input it was. */
export interface HardAttention {
  /** (...) i32: which input is attended to */
  index: Tensor;
  /** (..., D): the input itself */
  attention: Tensor;
}

/** Hard attention by maximum: x_n̂ with n̂ = argmax_n α_n; s may be scores or a distribution. No gradient for s. */
export function hardAttentionMax(s: Tensor, V: Tensor): HardAttention {
  return s.arena.scope(() => {
    const index = argmax(s, { dim: -1 });
    return { index, attention: attend(oneHot(index, s.shape[s.rank - 1]), V) };
  });
}

/** Hard attention by sampling n̂ ~ α, seeded.  Train it with `reinforce`. */
export function hardAttentionSample(alpha: Tensor, V: Tensor, generator: Generator): HardAttention {
  return alpha.arena.scope(() => {
    const index = sampleCategorical(alpha, generator);
    return { index, attention: attend(oneHot(index, alpha.shape[alpha.rank - 1]), V) };
  });
}

/**
 * One index for each row of probabilities (..., N) -> (...) i32, by inversion of the running sum in doubles.
 * Rows need not add up to exactly 1.  @throws ArgumentError for a row without a positive entry
 */
export function sampleCategorical(probabilities: Tensor, generator: Generator): Tensor {
  expectDType(probabilities, 'probabilities', 'f32');
  const N = probabilities.shape[probabilities.rank - 1];
  const p = contiguous(probabilities).toArray();
  const chosen = new Int32Array(N === 0 ? 0 : p.length / N);
  for (let r = 0; r < chosen.length; r++) {
    const row = p.subarray(r * N, (r + 1) * N);
    let total = 0;
    for (const x of row) total += x;
    if (!(total > 0) || total === Number.POSITIVE_INFINITY)
      throw new ArgumentError(`probabilities of row ${r} add up to ${total}`);
    const u = generator.uniform() * total;
    let running = 0;
    let pick = -1;
    for (let n = 0; n < N && !(running > u); n++) {
      if (row[n] <= 0) continue;
      running += row[n];
      pick = n;
    }
    chosen[r] = pick;
  }
  return Tensor.from(probabilities.arena, chosen, probabilities.shape.slice(0, -1), 'i32');
}

/**
 * REINFORCE (Williams 1992): a loss whose gradient is an unbiased estimate of that of -E[reward], though a
 * sample has no derivative: mean of -(reward - baseline) log α_n̂.  s (..., N) scores, index (...) i32 the
 * samples drawn from softmax(s), reward (...) f32.  A baseline that does not depend on the sample, such as
 * a running mean of rewards, lowers the variance and leaves the mean.
 */
export function reinforce(s: Tensor, index: Tensor, reward: Tensor, baseline: number | Tensor = 0): Tensor {
  return s.arena.scope(() => {
    const chosen = sum(mul(logSoftmax(s, -1), oneHot(index, s.shape[s.rank - 1])), { dim: -1 });
    return neg(
      mean(mul(chosen, sub(reward.detach(), typeof baseline === 'number' ? baseline : baseline.detach()))),
    );
  });
}

/**
 * Gumbel-softmax (Jang et al. 2016, Maddison et al. 2016): softmax((s + g) / tau) with g Gumbel noise, a
 * sample of α made differentiable.  With `hard` the forward value is the one-hot of its maximum, an exact
 * sample, and the gradient that of the soft one (straight-through).
 */
export function gumbelSoftmax(
  s: Tensor,
  generator: Generator,
  { tau = 1, hard = false }: { tau?: number; hard?: boolean } = {},
): Tensor {
  expectDType(s, 's', 'f32');
  if (!(tau > 0)) throw new ArgumentError(`tau must be positive, got ${tau}`);
  return s.arena.scope(() => {
    const u = Tensor.empty(s.arena, s.shape);
    const { seed, position } = generator.reserve(s.numel);
    // From 2^-25 on, so that the inner logarithm is finite; u < 1 keeps the outer one so.
    s.arena.kernels.random_uniform_f32(u.ptr, seed, position, 2 ** -25, 1 - 2 ** -24, 0, s.numel);
    const soft = softmax(div(add(s, neg(log(neg(log(u))))), tau), -1);
    if (!hard) return soft;
    const choice = oneHot(argmax(soft, { dim: -1 }), s.shape[s.rank - 1]);
    return record(choice, [soft], [], (dy) => [dy]);
  });
}
