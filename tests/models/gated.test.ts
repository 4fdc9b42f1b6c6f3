// The Llama family against an independent reference in double precision, on checkpoints made here: every
// model type with what sets it apart, and every way of stretching the rotary angles.
import { describe, expect, test } from '@jest/globals';
import { generateIds } from '../../src/generate/ids.js';
import { fromPretrained } from '../../src/hub.js';
import { memorySource } from '../../src/io/source-memory.js';
import type { DecoderModel } from '../../src/models/base.js';
import { expectCanFail, expectClose } from '../close.js';
import { everyEngine } from '../engine.js';
import { referenceGated } from '../reference/gated.js';
import { type ReferenceScaling, referenceRope } from '../reference/rope-config.js';
import type { Matrix, ReferenceOutput } from '../reference/transformer.js';
import {
  type Config,
  filesOf,
  GATED,
  type GatedShape,
  gatedShapes,
  makeCheckpoint,
} from './make-checkpoint.js';

const TOLERANCE = { abs: 5e-5 };
const LAYERS = GATED.num_hidden_layers as number;
const EVERYTHING = 1e9;

const flat = (rows: Matrix): number[] => rows.flatMap((row) => [...row]);

interface Kind {
  readonly name: string;
  readonly config: Config;
  readonly shape?: GatedShape;
  /** of each layer; default everything */
  readonly windows?: readonly number[];
  readonly scaling?: ReferenceScaling;
  readonly theta?: number;
}

const all = (window: number): number[] => new Array(LAYERS).fill(window);

const llama3 = {
  rope_type: 'llama3',
  factor: 4,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 16,
};
const yarn = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 16 };

const KINDS: readonly Kind[] = [
  {
    name: 'llama with biases',
    config: { attention_bias: true, mlp_bias: true },
    shape: { qkvBias: true, outputBias: true, mlpBias: true },
  },
  { name: 'llama, tied', config: { tie_word_embeddings: true } },
  {
    name: 'qwen2 with windows above layer 0',
    config: { model_type: 'qwen2', use_sliding_window: true, sliding_window: 3, max_window_layers: 1 },
    shape: { qkvBias: true },
    windows: [EVERYTHING, 3, 3],
  },
  {
    name: 'qwen2 with unused windows',
    config: { model_type: 'qwen2', sliding_window: 3, max_window_layers: 0 },
    shape: { qkvBias: true },
  },
  { name: 'qwen3', config: { model_type: 'qwen3' }, shape: { qkNorm: true } },
  {
    name: 'qwen3 with layer_types',
    config: {
      model_type: 'qwen3',
      use_sliding_window: true,
      sliding_window: 4,
      layer_types: ['sliding_attention', 'full_attention', 'sliding_attention'],
    },
    shape: { qkNorm: true },
    windows: [4, EVERYTHING, 4],
  },
  { name: 'mistral, window 5', config: { model_type: 'mistral', sliding_window: 5 }, windows: all(5) },
  { name: 'mistral without window', config: { model_type: 'mistral', sliding_window: null } },
  {
    name: 'rope: linear',
    config: { rope_scaling: { type: 'linear', factor: 2.5 } },
    scaling: { rope_type: 'linear', factor: 2.5 },
  },
  { name: 'rope: llama3', config: { rope_scaling: llama3 }, scaling: llama3 },
  {
    name: 'rope: yarn, theta in rope_parameters',
    config: { rope_theta: undefined, rope_parameters: { ...yarn, rope_theta: 5000 } },
    scaling: yarn,
    theta: 5000,
  },
  {
    name: 'rope: dynamic',
    config: { max_position_embeddings: 16, rope_scaling: { rope_type: 'dynamic', factor: 2 } },
    scaling: { rope_type: 'dynamic', factor: 2, original_max_position_embeddings: 16 },
  },
];

const IDS = Array.from({ length: 23 }, (_, i) => (i * 29 + 4) % 90);

everyEngine('gated decoders', (engine) => {
  describe.each(KINDS.map((k) => [k.name, k] as const))('%s', (_, kind) => {
    const config = { ...GATED, ...kind.config };
    const made = makeCheckpoint(config, gatedShapes(config, kind.shape), 23);

    function reference(ids: readonly number[]): ReferenceOutput {
      const positions = config.max_position_embeddings as number;
      const { theta = 10000, windows = all(EVERYTHING) } = kind;
      const rope = referenceRope(8, theta, positions, ids.length, kind.scaling);
      return referenceGated({ ...(config as never as object), ...rope, windows } as never, made.weights, ids);
    }

    const open = async (): Promise<DecoderModel> =>
      (await fromPretrained(engine(), memorySource(filesOf(made)))).model as DecoderModel;

    test('hidden states, attention maps and logits', async () => {
      const want = reference(IDS);
      using model = await open();
      engine().scope(() => {
        const out = model.forward([IDS], { outputHiddenStates: true, outputAttentions: true });
        want.hiddenStates.forEach((state, i) => {
          expectCanFail(flat(state), TOLERANCE);
          expectClose(out.hiddenStates![i].toArray(), flat(state), TOLERANCE, `hidden state ${i}`);
        });
        want.attentions.forEach((map, i) => {
          expectClose(out.attentions![i].toArray(), map.flatMap(flat), { abs: 1e-5 }, `map ${i}`);
        });
        expectCanFail(flat(want.logits!), TOLERANCE);
        expectClose(out.logits.toArray(), flat(want.logits!), TOLERANCE, 'logits');
      });
    });

    test('greedy continuation', async () => {
      if (kind.scaling?.rope_type === 'dynamic') return; // its angles change with the length, and the cache keeps old ones
      using model = await open();
      const got: number[] = [];
      const options = { maxNewTokens: 8, eosTokenId: [], prefillChunk: 5 };
      for await (const { token } of generateIds(model, IDS, options)) got.push(token);
      // One pass over all of it says what should have followed each token.
      const { logits } = reference([...IDS, ...got]);
      const want = logits!.slice(IDS.length - 1, -1).map((row) => row.indexOf(Math.max(...row)));
      expect(got).toEqual(want);
    });
  });

  test('what sets the kinds apart is seen by these inputs', () => {
    // With another window, without the norms, or with plain angles, the reference gives something else.
    const made = makeCheckpoint(GATED, gatedShapes(GATED), 23);
    const logits = (windows: readonly number[], scaling?: ReferenceScaling): number[] =>
      flat(
        referenceGated(
          { ...(GATED as object), ...referenceRope(8, 10000, 64, IDS.length, scaling), windows } as never,
          made.weights,
          IDS,
        ).logits!,
      );
    const plain = logits(all(EVERYTHING));
    for (const other of [
      logits(all(5)),
      logits(all(22)),
      logits(all(EVERYTHING), llama3),
      logits(all(EVERYTHING), yarn),
      logits(all(EVERYTHING), { rope_type: 'linear', factor: 2.5 }),
      logits(all(EVERYTHING), { rope_type: 'dynamic', factor: 2, original_max_position_embeddings: 16 }),
    ])
      expect(() => expectClose(other, plain, TOLERANCE)).toThrow(/tolerance/);
  });
});
