// Chooses the next token: the chain of processors, then the best or a draw.
import { ArgumentError } from '../errors.js';
import { argmax } from '../ops/argmax.js';
import { softmax } from '../ops/softmax.js';
import type { TypedArray } from '../tensor/dtype.js';
import { Generator } from '../tensor/generator.js';
import { Tensor } from '../tensor/tensor.js';
import type { Plan } from './config.js';
import { minP, type Processor, repetitionPenalty, temperature, topK, topP } from './processors.js';

/** Logits of one position (V values, dense) and every token so far -> the next token. */
export type Sampler = (logits: Tensor, seen: ReadonlySet<number>) => number;

export function createSampler(plan: Plan): Sampler {
  const chain = processorsOf(plan);
  const generator = new Generator(plan.seed);
  // One token after another in the same memory.
  let scores = new Float32Array(0);
  let weights = new Float32Array(0);
  return (logits, seen) => {
    const { arena, numel } = logits;
    if (chain.length === 0 && !plan.sample) return likeliest(logits);
    if (scores.length !== numel) {
      scores = new Float32Array(numel);
      weights = new Float32Array(numel);
    }
    const probabilities = (of: Float32Array): Float32Array => {
      arena.scope(() => weights.set(softmax(Tensor.from(arena, of)).data));
      return weights;
    };
    scores.set(logits.data);
    for (const process of chain) process(scores, { seen, probabilities });
    return plan.sample ? draw(probabilities(scores), generator) : best(scores);
  };
}

/** In Hugging Face's order. */
function processorsOf(plan: Plan): Processor[] {
  const chain: Processor[] = [];
  if (plan.repetitionPenalty !== 1) chain.push(repetitionPenalty(plan.repetitionPenalty));
  if (!plan.sample) return chain;
  if (plan.temperature !== 1) chain.push(temperature(plan.temperature));
  if (plan.topK > 0) chain.push(topK(plan.topK));
  if (plan.topP < 1) chain.push(topP(plan.topP));
  if (plan.minP > 0) chain.push(minP(plan.minP));
  return chain;
}

/** The place of the highest logit; of equal ones the first, and of a NaN never. */
function likeliest(logits: Tensor): number {
  const id = logits.arena.scope(() => argmax(logits).item());
  // To argmax a NaN is the highest of all.
  return Number.isNaN(logits.data[id]) ? best(logits.data) : id;
}

/** The highest score; of equal ones the lowest id. */
function best(scores: TypedArray): number {
  let id = scores.findIndex((score) => !Number.isNaN(score));
  if (id < 0) return notNumbers();
  for (let i = id + 1; i < scores.length; i++) if (scores[i] > scores[id]) id = i;
  return id;
}

/** The token in whose part of [0, sum) a uniform number falls. */
function draw(probabilities: Float32Array, generator: Generator): number {
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) sum += probabilities[i];
  if (!(sum > 0)) return notNumbers();
  const at = generator.uniform() * sum;
  let last = -1;
  let reached = 0;
  for (let i = 0; i < probabilities.length; i++) {
    if (probabilities[i] === 0) continue;
    last = i;
    reached += probabilities[i];
    if (reached > at) return i;
  }
  return last;
}

function notNumbers(): never {
  throw new ArgumentError('the model gave no numbers as logits: are its weights damaged?');
}
