// Options and generation_config.json: names, ranges, and who wins.
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, ConfigError } from '../../src/errors.js';
import { planOf, readGenerationConfig, readOptions } from '../../src/generate/config.js';

describe('names', () => {
  test('camelCase and snake_case mean the same', () => {
    const camel = readOptions({ maxNewTokens: 5, topK: 2, stopStrings: ['x'], eosTokenId: [1, 2] });
    expect(readOptions({ max_new_tokens: 5, top_k: 2, stop_strings: 'x', eos_token_id: [1, 2] })).toEqual(
      camel,
    );
  });

  test('one thing said twice is refused', () => {
    expect(() => readOptions({ topK: 2, top_k: 3 })).toThrow(ArgumentError);
  });

  test('an unknown option is refused, those of others are passed over', () => {
    expect(() => readOptions({ maxTokens: 5 })).toThrow(
      /unknown generation option maxTokens; known are maxNewTokens/,
    );
    expect(readOptions({ signal: null }, ['signal'])).toEqual({});
    expect(() => readOptions(JSON.parse('{"__proto__": 1}'))).toThrow(ArgumentError);
  });

  test('a file may hold anything beside what matters here', () => {
    const file = {
      _from_model_config: true,
      transformers_version: '4',
      top_k: null,
      max_length: 20,
      pad_token_id: 0,
    };
    expect(readGenerationConfig(file)).toEqual({});
    expect(() => readGenerationConfig([])).toThrow(ConfigError);
    expect(() => readGenerationConfig({ top_p: 'most' })).toThrow(/generation_config\.json: top_p must be/);
  });
});

test.each([
  [{ maxNewTokens: 0 }, 'maxNewTokens must be a positive integer'],
  [{ maxNewTokens: 1.5 }, 'maxNewTokens'],
  [{ max_new_tokens: -1 }, 'max_new_tokens must be'],
  [{ temperature: -0.1 }, 'temperature'],
  [{ temperature: Number.NaN }, 'temperature'],
  [{ topK: -1 }, 'topK'],
  [{ topP: 1.1 }, 'topP'],
  [{ minP: -1 }, 'minP'],
  [{ repetitionPenalty: 0 }, 'repetitionPenalty'],
  [{ seed: 0.5 }, 'seed'],
  [{ stopStrings: ['a', ''] }, 'stopStrings'],
  [{ eosTokenId: [-1] }, 'eosTokenId'],
  [{ doSample: 'yes' }, 'doSample'],
])('%j is refused', (options, message) => {
  expect(() => readOptions(options)).toThrow(ArgumentError);
  expect(() => readOptions(options)).toThrow(message);
});

describe('the plan', () => {
  test('by default greedy, 256 tokens, no filters', () => {
    expect(planOf({})).toMatchObject({
      maxNewTokens: { value: 256, explicit: false },
      sample: false,
      temperature: 1,
      topK: 0,
      topP: 1,
      minP: 0,
      repetitionPenalty: 1,
      stopStrings: [],
    });
  });

  test('options win over the file', () => {
    const plan = planOf({ topP: 0.5 }, { topP: 0.9, topK: 40, eosTokenId: [1, 2], maxNewTokens: 7 });
    expect(plan).toMatchObject({ topP: 0.5, topK: 40, maxNewTokens: { value: 7, explicit: false } });
    expect([...plan.eos]).toEqual([1, 2]);
    expect([...planOf({ eosTokenId: [] }, { eosTokenId: 2 }).eos]).toEqual([]);
  });

  test.each([
    [{}, {}, false],
    [{}, { doSample: true }, true],
    [{}, { temperature: 0.6 }, false],
    [{ temperature: 0.6 }, {}, true],
    [{ topK: 5 }, { doSample: false }, true],
    [{ seed: 1 }, {}, true],
    [{ temperature: 0.6, doSample: false }, {}, false],
    [{ temperature: 0 }, { doSample: true }, false],
    [{ repetitionPenalty: 1.2 }, {}, false],
  ])('%j over %j: sampling %j', (options, defaults, sample) => {
    expect(planOf(options, defaults).sample).toBe(sample);
  });
});
