// The steps that a row of scores goes through before a token is drawn, each a small function that changes
// the scores in place.  Their order and their rules at the edges are Hugging Face's.
import { falling } from './order.js';

export interface ProcessorContext {
  /** Every token of prompt and text so far. */
  readonly seen: ReadonlySet<number>;
  /** Softmax of scores by the kernel, so that it is the same on every runtime. */
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
    let least = Number.NEGATIVE_INFINITY;
    let count = 0;
    for (const id of falling(scores)) {
      least = scores[id];
      if (++count === k) break;
    }
    keep(scores, (i) => scores[i] >= least);
  };
}

/** Nucleus sampling (Holtzman et al. 2019): the likeliest tokens until their probabilities reach p. */
export function topP(p: number): Processor {
  return (scores, { probabilities }) => {
    const weights = probabilities(scores);
    const kept = new Set<number>();
    let sum = 0;
    for (const id of falling(weights)) {
      if (kept.size > 0 && sum >= p) break;
      kept.add(id);
      sum += weights[id];
    }
    keep(scores, (i) => kept.has(i));
  };
}

/** Keeps tokens with at least `p` times the likeliest one's probability (Nguyen et al. 2024). */
export function minP(p: number): Processor {
  return (scores, { probabilities }) => {
    const weights = probabilities(scores);
    let most = 0;
    for (const w of weights) if (w > most) most = w;
    keep(scores, (i) => weights[i] >= Math.fround(p * most));
  };
}

function keep(scores: Float32Array, holds: (index: number) => boolean): void {
  for (let i = 0; i < scores.length; i++) if (!holds(i)) scores[i] = Number.NEGATIVE_INFINITY;
}
