// The steps that a row of scores goes through before a token is drawn, each a small function that changes
// the scores in place.  Their order and their rules at the edges are Hugging Face's.
import { falling, kthLargest } from './order.js';

const GONE = Number.NEGATIVE_INFINITY;
/** The smallest positive f32. */
const SOME = 2 ** -149;
/** Of the likeliest token's probability: what top-p looks at first, and then. */
const SHARES = [2 ** -6, 2 ** -10, 0];

export interface ProcessorContext {
  /** Every token of prompt and text so far. */
  readonly seen: ReadonlySet<number>;
  /** Softmax of scores by the kernel, so that it is the same on every runtime; good until the next call. */
  readonly probabilities: (scores: Float32Array) => Float32Array;
}

export type Processor = (scores: Float32Array, context: ProcessorContext) => void;

/** Keskar et al. 2019 (CTRL): scores of tokens seen are divided by `penalty`, negative ones multiplied. */
export function repetitionPenalty(penalty: number): Processor {
  return (scores, { seen }) => {
    for (const id of seen) scores[id] = scores[id] < 0 ? scores[id] * penalty : scores[id] / penalty;
  };
}

export function temperature(t: number): Processor {
  return (scores) => {
    for (let i = 0; i < scores.length; i++) scores[i] /= t;
  };
}

/** Keeps the k highest scores, and whatever ties with the last of them (Fan et al. 2018). */
export function topK(k: number): Processor {
  return (scores) => {
    if (k >= scores.length) return;
    const least = kthLargest(scores, k);
    for (let i = 0; i < scores.length; i++) if (!(scores[i] >= least)) scores[i] = GONE;
  };
}

/** Nucleus sampling (Holtzman et al. 2019): the likeliest tokens until their probabilities reach p. */
export function topP(p: number): Processor {
  return (scores, { probabilities }) => {
    const weights = probabilities(scores);
    let sum = 0;
    let last = -1;
    // A few tokens reach p nearly always, so not all are sorted at once.  What has no weight adds nothing: if the
    // others do not reach p, nothing does, and all are kept.
    for (const share of SHARES) {
      sum = 0;
      last = -1;
      for (const id of falling(weights, Math.max(share * largest(weights), SOME))) {
        sum += weights[id];
        last = id;
        if (sum >= p) break;
      }
      if (sum >= p) break;
    }
    const least = sum < p ? GONE : (weights[last] ?? -GONE);
    for (let i = 0; i < scores.length; i++)
      if (!(weights[i] > least || (weights[i] === least && i <= last))) scores[i] = GONE;
  };
}

/** Keeps tokens with at least `p` times the likeliest one's probability (Nguyen et al. 2024). */
export function minP(p: number): Processor {
  return (scores, { probabilities }) => {
    const weights = probabilities(scores);
    const least = Math.fround(p * largest(weights));
    for (let i = 0; i < scores.length; i++) if (!(weights[i] >= least)) scores[i] = GONE;
  };
}

function largest(weights: Float32Array): number {
  let most = 0;
  for (let i = 0; i < weights.length; i++) if (weights[i] > most) most = weights[i];
  return most;
}
