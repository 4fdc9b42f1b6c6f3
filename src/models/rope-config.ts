// How far a rotary model's angles are stretched, from config.json: `rope_scaling` beside `rope_theta`, or
// the newer `rope_parameters` that holds both.  Names of the kinds and their defaults are Hugging Face's
// (modeling_rope_utils.py of transformers).
import type { RopeScaling } from '../ops/position.js';
import { type Fields, LIMITS } from './config.js';

export interface RopeConfig {
  readonly theta: number;
  /** Elements of each head that are turned; the rest stays. */
  readonly size: number;
  readonly scaling: RopeScaling;
}

/** @throws ConfigError */
export function readRope(f: Fields, headDim: number, maxPositions: number): RopeConfig {
  const parameters = f.object('rope_parameters');
  const scaling = parameters ?? f.object('rope_scaling');
  const has = (name: string): Fields => (parameters?.get(name).value !== undefined ? parameters : f);
  const fraction = has('partial_rotary_factor').number('partial_rotary_factor', 1, 0);
  const size = Math.floor(headDim * fraction);
  if (fraction === 1 && headDim % 2 !== 0) f.fail('head_dim', 'an even number', headDim);
  if (fraction > 1 || size % 2 !== 0 || size === 0)
    f.fail('partial_rotary_factor', `a share that makes an even part of head_dim ${headDim}`, fraction);
  return {
    theta: has('rope_theta').number('rope_theta', 10000, 0),
    size,
    scaling: scaling ? readScaling(scaling, maxPositions) : { kind: 'default' },
  };
}

function readScaling(f: Fields, maxPositions: number): RopeScaling {
  // `type` is its older name; "mrope" and the like are for images.
  const { value: kind = 'default' } = f.get('rope_type', 'type');
  if (kind === 'default') return { kind };
  const original = f.int('original_max_position_embeddings', LIMITS.positions, maxPositions);
  // A factor that is left out is the ratio of the two lengths.
  const factor = f.number('factor', maxPositions / original, 0);
  const orNull = (name: string): number | null =>
    f.get(name).value === undefined ? null : f.number(name, undefined, 0);
  switch (kind) {
    case 'linear':
      return { kind, factor };
    case 'dynamic':
      return { kind, factor, original };
    case 'llama3': {
      const lowFreqFactor = f.number('low_freq_factor', undefined, 0);
      return {
        kind,
        factor,
        lowFreqFactor,
        highFreqFactor: f.number('high_freq_factor', undefined, lowFreqFactor),
        original,
      };
    }
    case 'yarn':
      return {
        kind,
        factor,
        attentionFactor: orNull('attention_factor'),
        mscale: orNull('mscale'),
        mscaleAllDim: orNull('mscale_all_dim'),
        betaFast: f.number('beta_fast', 32, 0),
        betaSlow: f.number('beta_slow', 1, 0),
        original,
        truncate: f.boolean('truncate', true),
      };
    default:
      return f.fail('rope_type', 'one of default, linear, dynamic, llama3, yarn', kind);
  }
}
