// A few tokens through all layers in one call: the bits of the way layer by layer, for every kind of Llama, and that way
// wherever the call would do something else than the layers.
import { describe, expect, test } from '@jest/globals';
import type { DecoderModel, DecoderOptions } from '../../src/models/base.js';
import type { DecoderCache } from '../../src/models/cache.js';
import type { GatedDecoder } from '../../src/models/gated-decoder.js';
import { createModel } from '../../src/models/registry.js';
import { RMSNorm } from '../../src/nn/rmsnorm.js';
import { createEngine, type Engine } from '../../src/node.js';
import { MATRIX_DTYPES, type MatrixDType } from '../../src/ops/panel-matrix.js';
import { noGrad } from '../../src/tensor/tape.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';

const BASE = {
  ...{ model_type: 'llama', vocab_size: 90, hidden_size: 64, num_attention_heads: 4, num_key_value_heads: 2 },
  ...{ intermediate_size: 96, max_position_embeddings: 64, num_hidden_layers: 3 },
};
type Config = Record<string, unknown>;

/** Ids of a batch: rows of `length` that differ. */
const batch = (B: number, length: number, from = 0): number[][] =>
  Array.from({ length: B }, (_, b) => Array.from({ length }, (_, s) => ((b + 1) * (s + from + 3) * 29) % 90));

/** What `body` gives, and how many calls for all layers it made. */
function counted<T>({ arena }: Engine, body: () => T): { count: number; got: T } {
  const { kernels } = arena;
  let count = 0;
  const gated_decoder_f32: typeof kernels.gated_decoder_f32 = (...args) => {
    count++;
    kernels.gated_decoder_f32(...args);
  };
  Object.defineProperty(arena, 'kernels', { value: { ...kernels, gated_decoder_f32 }, configurable: true });
  try {
    const got = body();
    return { count, got };
  } finally {
    Reflect.deleteProperty(arena, 'kernels');
  }
}

/** Asks for nothing, but in a way that only layer by layer can answer. */
const BY_LAYER: DecoderOptions = { outputHiddenStates: [] };

function make(engine: Engine, config: Config, dtype: MatrixDType | null = 'f32'): GatedDecoder {
  engine.manualSeed(5);
  const model = createModel(engine.arena, { ...BASE, ...config }) as DecoderModel as GatedDecoder;
  // Biases and norms that do something.
  for (const [name, p] of model.namedParameters())
    if (p.shape.length === 1)
      p.set(
        engine.tensor(
          Float32Array.from({ length: p.numel }, (_, i) => 0.6 + ((i * 7 + name.length) % 9) / 10),
        ),
      );
  return dtype ? model.pack({ dtype }) : model;
}

/** Logits and last states of steps through a new cache, and the keys and values that it holds then. */
function inSteps(model: GatedDecoder, steps: readonly number[][][], options: DecoderOptions): number[][] {
  return model.arena.scope(() => {
    using cache = model.createCache({ capacity: 4 });
    const out = steps.map((rows) => {
      const { logits, lastHiddenState } = model.forward(rows, { ...options, cache });
      return [...logits.toArray(), ...lastHiddenState.toArray()];
    });
    return [...out, ...cached(cache)];
  });
}

const cached = (cache: DecoderCache): number[][] =>
  cache.layers.flatMap(({ keys, values, offset }) =>
    [keys!, values!].map((t) =>
      (t.tolist() as number[][][][]).flat().flatMap((head) => head.slice(0, offset).flat()),
    ),
  );

const KINDS: readonly [string, Config][] = [
  ['llama', {}],
  ['llama with biases', { attention_bias: true, mlp_bias: true }],
  ['llama with one key head', { num_key_value_heads: 1, head_dim: 16 }],
  [
    'llama with gelu and odd sizes',
    { hidden_size: 60, intermediate_size: 80, hidden_act: 'gelu', head_dim: 32 },
  ],
  [
    'qwen2 with windows',
    { model_type: 'qwen2', use_sliding_window: true, sliding_window: 3, max_window_layers: 1 },
  ],
  ['qwen3', { model_type: 'qwen3', head_dim: 16 }],
  ['mistral', { model_type: 'mistral', sliding_window: 5, num_key_value_heads: 4 }],
  ['llama, half of each head turned', { partial_rotary_factor: 0.5 }],
];

everyEngine('a few tokens', (engine) => {
  describe.each(KINDS)('%s', (_, config) => {
    test.each(MATRIX_DTYPES)(
      '%s: the bits of layer by layer, one to eight rows, through a cache that grows',
      (dtype) => {
        using model = make(engine(), config, dtype);
        for (const [B, lengths] of [
          [1, [1, 1, 3, 1, 8, 5, 1]],
          [2, [9, 1, 4, 1]],
          [8, [2, 1, 1]],
        ] as const) {
          const steps = lengths.map((length, i) => batch(B, length, i * 10));
          const few = lengths.filter((length) => B * length <= 8).length;
          const { count, got } = counted(engine(), () => inSteps(model, steps, {}));
          expect(count).toBe(few);
          expect(counted(engine(), () => inSteps(model, steps, BY_LAYER))).toEqual({ count: 0, got });
        }
      },
    );
  });

  /** What a step gives after something has been done to a model in the middle of a sequence, both ways. */
  function afterwards(
    model: GatedDecoder,
    change: () => void,
    options: DecoderOptions = {},
  ): { count: number; before: number[]; got: number[] } {
    return engine().scope(() => {
      using cache = model.createCache();
      const step = (more: DecoderOptions): number[] => {
        const { logits } = model.forward([[7]], { ...options, ...more, cache });
        cache.truncate(6);
        return [...logits.toArray()];
      };
      model.forward(batch(1, 6), { cache });
      const before = step({});
      change();
      const { count, got } = counted(engine(), () => step({}));
      expect(got).toEqual(step(BY_LAYER));
      return { count, before, got };
    });
  }

  test('a weight that gets other values counts at once', () => {
    using model = make(engine(), {}, 'q8');
    const { o_proj } = model.model.layers[1].self_attn;
    const { count, before, got } = afterwards(model, () => {
      o_proj.weight.set(engine().tensor(new Float32Array(64 * 64).fill(0.01), [64, 64]));
      o_proj.pack({ dtype: 'q8' });
    });
    expect(count).toBe(1);
    expect(got).not.toEqual(before);
  });

  test('a bias or norm that is edited in place counts at once', () => {
    using model = make(engine(), { attention_bias: true }, 'q8');
    const [layer] = model.model.layers;
    for (const p of [
      layer.self_attn.k_proj.bias!,
      layer.self_attn.v_proj.bias!,
      layer.input_layernorm.weight!,
    ]) {
      const { count, before, got } = afterwards(model, () => p.tensor.data.fill(2));
      expect(count).toBe(1);
      expect(got).not.toEqual(before);
    }
  });

  test('quantised in the middle of a sequence, and a part of it alone', () => {
    using model = make(engine(), {});
    for (const part of [model.model.layers[2].mlp, model]) {
      const { count, before, got } = afterwards(model, () => part.pack({ dtype: 'q4' }));
      expect(count).toBe(1);
      expect(got).not.toEqual(before);
    }
  });

  const other: readonly [string, (model: GatedDecoder) => void][] = [
    [
      'the forward of a layer',
      ({ model }) => {
        model.layers[1].forward = (x) => [x.alias(), null];
      },
    ],
    [
      'the forward of attention',
      ({ model }) => {
        model.layers[1].self_attn.forward = (x) => [x.alias(), null];
      },
    ],
    [
      'the forward of a gate',
      ({ model }) => {
        model.layers[1].mlp.forward = (x) => x.alias();
      },
    ],
    [
      'the forward of a linear layer',
      ({ model }) => {
        const { down_proj } = model.layers[0].mlp;
        const forward = down_proj.forward.bind(down_proj);
        down_proj.forward = (x, options) => {
          const y = forward(x, options);
          y.data[3] = 5;
          return y;
        };
      },
    ],
    [
      'the forward of a norm',
      ({ model }) => {
        model.layers[2].input_layernorm.forward = (x) => x.alias();
      },
    ],
    [
      'a norm with another epsilon',
      (model) => {
        model.model.layers[0].post_attention_layernorm = new RMSNorm(model, 64, { eps: 1 });
      },
    ],
    ['a plain weight', (model) => void model.model.layers[0].self_attn.q_proj.weight.tensor],
    [
      'a strided norm',
      (model) => {
        const { arena } = model;
        const all = Tensor.from(
          arena,
          Float32Array.from({ length: 128 }, (_, i) => i % 5),
          [128],
        );
        model.model.layers[0].input_layernorm.weight!.set(all.view([64], [2], 0));
        all.dispose();
      },
    ],
  ];
  test.each(other)('%s in its place: layer by layer', (name, change) => {
    using model = make(engine(), {});
    const { count, before, got } = afterwards(model, () => change(model));
    expect(count).toBe(0);
    if (name !== 'a plain weight') expect(got).not.toEqual(before);
  });

  test('another norm like the one before: its weights count', () => {
    using model = make(engine(), {});
    const norm = new RMSNorm(model, 64, { eps: model.config.rmsNormEps });
    const { count, before, got } = afterwards(model, () => {
      model.model.layers[1].input_layernorm = norm;
    });
    expect(count).toBe(1);
    expect(got).not.toEqual(before);
  });

  test('fewer layers, and layers that change places', () => {
    using model = make(engine(), {});
    const { layers } = model.model;
    const swapped = afterwards(model, () => layers.reverse());
    expect(swapped.count).toBe(1);
    expect(swapped.got).not.toEqual(swapped.before);
  });

  test('masks, maps, states, small caches, no cache and gradients go layer by layer', () => {
    using model = make(engine(), {});
    const run = (options: DecoderOptions, capacity?: 'f16'): number =>
      engine().scope(() => {
        using cache = model.createCache(capacity && { dtype: capacity });
        model.forward([[1, 2]], { cache });
        return counted(engine(), () => model.forward([[3]], { cache, ...options })).count;
      });
    expect(run({})).toBe(1);
    expect(run({ positionIds: [[5]] })).toBe(1);
    for (const options of [
      { attentionMask: [[0, 1, 1]] },
      { outputAttentions: true },
      { outputHiddenStates: [1] },
      { cache: null },
    ])
      expect(run(options)).toBe(0);
    expect(run({}, 'f16')).toBe(0);
    model.requiresGrad();
    expect(() => run({})).toThrow(/no gradient flows through a cache/);
    expect(noGrad(engine().arena, () => run({}))).toBe(0); // unpacked by what wanted gradients
    model.requiresGrad(false).pack();
    expect(run({})).toBe(1);
    // What was written down where nobody wanted gradients does not count where somebody does.
    engine().scope(() => {
      using cache = model.createCache();
      for (const layer of model.model.layers) layer.requiresGrad();
      noGrad(engine().arena, () => {
        for (const id of [1, 2]) model.forward([[id]], { cache });
      });
      expect(() => model.forward([[3]], { cache })).toThrow(/no gradient flows through a cache/);
    });
  });

  test('heads that are no whole panels, so that no product can read them together, go layer by layer', () => {
    using model = make(engine(), { num_key_value_heads: 1, head_dim: 24 });
    expect(counted(engine(), () => inSteps(model, [batch(1, 3), batch(1, 1)], {})).count).toBe(0);
  });

  test('embeddings that somebody else holds stay as they are', () => {
    using model = make(engine(), {});
    engine().scope(() => {
      const held = model.model.embed_tokens.forward(engine().tensor([[5]], [1, 1], { dtype: 'i32' }));
      const before = [...held.toArray()];
      model.model.embed_tokens.forward = () => held.alias();
      using cache = model.createCache();
      expect(counted(engine(), () => model.forward([[1]], { cache })).count).toBe(1);
      expect([...held.toArray()]).toEqual(before);
    });
  });

  test('positions of its own are those of layer by layer', () => {
    using model = make(engine(), {});
    const at = (options: DecoderOptions): number[] =>
      engine().scope(() => {
        using cache = model.createCache();
        model.forward(batch(2, 3), { cache });
        return [
          ...model
            .forward(batch(2, 2), {
              cache,
              positionIds: [
                [9, 4],
                [3, 30],
              ],
              ...options,
            })
            .logits.toArray(),
        ];
      });
    expect(at({})).toEqual(at(BY_LAYER));
  });

  test('two sequences by turns, and one that was forgotten and filled again', () => {
    using model = make(engine(), {}, 'q8');
    engine().scope(() => {
      using a = model.createCache();
      using b = model.createCache();
      const one = (cache: DecoderCache, id: number, options: DecoderOptions = {}): number[] => [
        ...model.forward([[id]], { ...options, cache }).logits.toArray(),
      ];
      const both = [one(a, 5), one(b, 6), one(a, 7), one(b, 8)];
      a.dispose();
      b.truncate(0);
      expect([one(a, 5), one(b, 6), one(a, 7), one(b, 8)]).toEqual(both);
      a.truncate(0);
      b.dispose();
      expect([5, 7].map((id) => one(a, id, BY_LAYER))).toEqual([both[0], both[2]]);
    });
  });

  test('a cache that does not fit is an error, and stays as it was', () => {
    using model = make(engine(), {});
    using wide = make(engine(), { num_key_value_heads: 4 });
    engine().scope(() => {
      using cache = model.createCache();
      // The second one finds what the first has written down.
      for (const ids of [[1, 2], [3]]) model.forward([ids], { cache });
      expect(() => model.forward([[1], [2]], { cache })).toThrow(/cannot extend/);
      expect(() => wide.forward([[1]], { cache })).toThrow(/cannot extend/);
      expect(cache.layers.map(({ offset }) => offset)).toEqual([3, 3, 3]);
      model.forward([[4]], { cache });
      expect(cache.offset).toBe(4);
    });
  });

  test('nothing is left behind', () => {
    const { blocks } = engine().memory;
    const model = make(engine(), {}, 'q4');
    engine().scope(() => {
      using cache = model.createCache();
      for (let i = 0; i < 5; i++) model.forward([[i]], { cache });
    });
    model.dispose();
    expect(engine().memory.blocks - blocks).toBeLessThanOrEqual(1); // working memory, which the arena keeps
  });
});

test('threads share the work of each layer instead, with the same bits', async () => {
  const [alone, team] = [await createEngine(), await createEngine({ threads: 2 })];
  try {
    const [one, two] = [alone, team].map((engine) => {
      using model = make(engine, {}, 'q8');
      const steps = [batch(1, 20), ...[1, 2, 3].map((i) => batch(1, 1, i))];
      return counted(engine, () => inSteps(model, steps, {}));
    });
    expect(one.got).toEqual(two.got);
    if (team.threads > 1) expect([one.count, two.count]).toEqual([3, 0]);
  } finally {
    alone.dispose();
    team.dispose();
  }
});

test.each(MATRIX_DTYPES)('%s: nothing is written behind the working memory', async (dtype) => {
  using engine = await createEngine();
  const { arena } = engine;
  using model = make(engine, { intermediate_size: 208, attention_bias: true, mlp_bias: true }, dtype);
  const GUARD = 4096;
  const seen: number[] = [];
  arena.scratch = (bytes) => {
    const { start } = arena.alloc(bytes + GUARD);
    arena.u8.fill(0xa5, start + bytes, start + bytes + GUARD);
    seen.push(start + bytes);
    return start;
  };
  const cache = model.createCache();
  for (const length of [8, 1, 5]) model.forward(batch(1, length), { cache });
  expect(seen.length).toBeGreaterThanOrEqual(3);
  for (const at of seen) expect(arena.u8.subarray(at, at + GUARD).every((byte) => byte === 0xa5)).toBe(true);
});
