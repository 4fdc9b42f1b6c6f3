// What a config's rope_scaling means, in plain doubles.
import { frequencies, llama3, yarn } from './rope.js';

export interface ReferenceScaling {
  rope_type: string;
  factor?: number;
  original_max_position_embeddings?: number;
  low_freq_factor?: number;
  high_freq_factor?: number;
  beta_fast?: number;
  beta_slow?: number;
}

/**
 * Angle per position of each pair, and the factor of cosine and sine.
 * @param length of the sequence, which only `dynamic` looks at
 */
export function referenceRope(
  D: number,
  theta: number,
  maxPositions: number,
  length: number,
  s: ReferenceScaling = { rope_type: 'default' },
): { frequencies: number[]; magnitude: number } {
  const factor = s.factor ?? 1;
  const original = s.original_max_position_embeddings ?? maxPositions;
  const plain = frequencies(D / 2, theta);
  switch (s.rope_type) {
    case 'default':
      return { frequencies: plain, magnitude: 1 };
    case 'linear':
      return { frequencies: plain.map((f) => f / factor), magnitude: 1 };
    case 'dynamic': {
      const stretch = (factor * Math.max(length, original)) / original - (factor - 1);
      return { frequencies: frequencies(D / 2, theta * stretch ** (D / (D - 2))), magnitude: 1 };
    }
    case 'llama3': {
      const [low, high] = [s.low_freq_factor as number, s.high_freq_factor as number];
      return { frequencies: llama3(plain, { factor, low, high, original }), magnitude: 1 };
    }
    case 'yarn': {
      const [fast, slow] = [s.beta_fast ?? 32, s.beta_slow ?? 1];
      const ramp = { base: theta, factor, fast, slow, original, truncate: true };
      return { frequencies: yarn(plain, ramp), magnitude: factor > 1 ? 0.1 * Math.log(factor) + 1 : 1 };
    }
    default:
      throw new Error(`the reference knows no ${s.rope_type}`);
  }
}
