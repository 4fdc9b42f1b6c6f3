// config.json is untrusted input: what is wrong is named, and nothing is allocated by its sizes.
import { describe, expect, test } from '@jest/globals';
import { ConfigError, UnsupportedModelError } from '../../src/errors.js';
import { Fields } from '../../src/models/config.js';
import { createModel, HUB_MODELS } from '../../src/models/registry.js';
import { readRope } from '../../src/models/rope-config.js';
import { createEngine } from '../../src/node.js';
import { GATED, ROBERTA } from './make-checkpoint.js';

const BERT = { ...ROBERTA, model_type: 'bert', pad_token_id: 0, type_vocab_size: 2 };
const GPT2 = { model_type: 'gpt2', vocab_size: 50, n_embd: 12, n_head: 3, n_layer: 2, n_positions: 20 };
const DISTILBERT = {
  model_type: 'distilbert',
  vocab_size: 50,
  dim: 12,
  n_heads: 3,
  n_layers: 2,
  hidden_dim: 20,
  max_position_embeddings: 16,
};

async function tryConfig(config: unknown): Promise<unknown> {
  using engine = await createEngine();
  const before = engine.memory.blocks;
  try {
    createModel(engine.arena, config);
    return null;
  } catch (error) {
    return error;
  } finally {
    expect(engine.memory.blocks).toBe(before);
  }
}

describe('sound configs', () => {
  test.each([BERT, ROBERTA, GPT2, DISTILBERT, GATED])(
    '$model_type makes a model without allocating',
    async (config) => {
      expect(await tryConfig(config)).toBeNull();
    },
  );

  test('old names of fields mean the same', async () => {
    const { n_embd, n_head, n_layer, n_positions, ...rest } = GPT2;
    const modern = {
      ...rest,
      hidden_size: n_embd,
      num_attention_heads: n_head,
      num_hidden_layers: n_layer,
      max_position_embeddings: n_positions,
    };
    expect(await tryConfig(modern)).toBeNull();
  });
});

describe('model_type', () => {
  test('unknown: the error lists what is supported', async () => {
    const error = (await tryConfig({ ...BERT, model_type: 't5' })) as UnsupportedModelError;
    expect(error).toBeInstanceOf(UnsupportedModelError);
    expect(error.modelType).toBe('t5');
    expect(error.supported).toEqual(Object.keys(HUB_MODELS));
    for (const type of Object.keys(HUB_MODELS)) expect(error.message).toContain(type);
  });

  test.each([[{}], [{ model_type: 7 }], ['bert'], [null], [[]]])('%j is a ConfigError', async (config) => {
    expect(await tryConfig(config)).toBeInstanceOf(ConfigError);
  });

  test('a name that every object has is not a model type', async () => {
    expect(await tryConfig({ model_type: 'toString' })).toBeInstanceOf(UnsupportedModelError);
  });
});

describe('fields', () => {
  test.each([
    [BERT, { num_hidden_layers: 1e9 }, 'num_hidden_layers'],
    [BERT, { num_hidden_layers: 0 }, 'num_hidden_layers'],
    [BERT, { hidden_size: -48 }, 'hidden_size'],
    [BERT, { hidden_size: 2 ** 40 }, 'hidden_size'],
    [BERT, { hidden_size: '48' }, 'hidden_size'],
    [BERT, { hidden_size: 1.5 }, 'hidden_size'],
    [BERT, { hidden_size: undefined }, 'hidden_size'],
    [BERT, { hidden_size: 35 }, 'hidden_size'],
    [BERT, { vocab_size: 2 ** 31 }, 'vocab_size'],
    [BERT, { layer_norm_eps: 0 }, 'layer_norm_eps'],
    [BERT, { layer_norm_eps: 'tiny' }, 'layer_norm_eps'],
    [BERT, { hidden_act: 'gelu_quantum' }, 'hidden_act'],
    [BERT, { position_embedding_type: 'relative_key' }, 'position_embedding_type'],
    [BERT, { is_decoder: true }, 'is_decoder'],
    [ROBERTA, { max_position_embeddings: 2 }, 'max_position_embeddings'],
    [DISTILBERT, { dim: 13 }, 'dim'],
    [GPT2, { n_head: 5 }, 'n_embd'],
    [GPT2, { n_positions: 2 ** 30 }, 'n_positions'],
    [GPT2, { scale_attn_weights: 1 }, 'scale_attn_weights'],
    [GATED, { num_key_value_heads: 4 }, 'num_attention_heads'],
    [GATED, { head_dim: 7 }, 'head_dim'],
    [GATED, { rope_theta: -1 }, 'rope_theta'],
    [GATED, { rope_scaling: { type: 'mrope' } }, 'rope_type'],
    [GATED, { rope_scaling: { rope_type: 'llama3', factor: 8 } }, 'low_freq_factor'],
    [GATED, { rope_scaling: 'yarn' }, 'rope_scaling'],
    [GATED, { model_type: 'qwen3', layer_types: ['full_attention'] }, 'layer_types'],
    [GATED, { model_type: 'mistral', sliding_window: 0 }, 'sliding_window'],
    [GATED, { tie_word_embeddings: 'yes' }, 'tie_word_embeddings'],
  ] as [object, object, string][])('case %#: the error names the field', async (config, change, field) => {
    const error = (await tryConfig({ ...config, ...change })) as ConfigError;
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(`${field} must be`);
  });

  test('the message says what was expected and what came', async () => {
    const error = (await tryConfig({ ...BERT, hidden_size: -48 })) as ConfigError;
    expect(error.message).toBe('config.json: hidden_size must be an integer from 1 to 262144, got -48');
  });

  test('a hostile value does not make a message of megabytes', async () => {
    const error = (await tryConfig({ ...BERT, hidden_size: 'x'.repeat(1e6) })) as ConfigError;
    expect(error.message.length).toBeLessThan(250);
  });
});

describe('rotary settings', () => {
  const rope = (raw: Record<string, unknown>) => readRope(new Fields(raw), 64, 2048);

  test('both places for theta, both names for the kind, null for nothing', () => {
    expect(rope({})).toEqual({ theta: 10000, size: 64, scaling: { kind: 'default' } });
    expect(rope({ rope_theta: 5e5, rope_scaling: null })).toMatchObject({ theta: 5e5 });
    const linear = { theta: 7, size: 64, scaling: { kind: 'linear', factor: 2 } };
    expect(rope({ rope_theta: 7, rope_scaling: { type: 'linear', factor: 2 } })).toEqual(linear);
    expect(rope({ rope_parameters: { rope_theta: 7, rope_type: 'linear', factor: 2 } })).toEqual(linear);
  });

  test('part of a head', () => {
    expect(rope({ partial_rotary_factor: 0.5 }).size).toBe(32);
    expect(rope({ rope_parameters: { partial_rotary_factor: 0.25 } }).size).toBe(16);
    expect(() => rope({ partial_rotary_factor: 1.5 })).toThrow(ConfigError);
  });

  test('yarn without a factor takes the ratio of the lengths', () => {
    const { scaling } = rope({ rope_scaling: { rope_type: 'yarn', original_max_position_embeddings: 512 } });
    expect(scaling).toMatchObject({ kind: 'yarn', factor: 4, original: 512, betaFast: 32, betaSlow: 1 });
  });
});
