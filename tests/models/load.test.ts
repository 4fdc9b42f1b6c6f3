// Loading: what fits, what does not, and that nothing stays behind when it does not.
import { describe, expect, test } from '@jest/globals';
import { DTypeError, OutOfMemoryError, WeightsError } from '../../src/errors.js';
import { writeSafetensors } from '../../src/io/safetensors/write.js';
import { memorySource } from '../../src/io/source-memory.js';
import type { DecoderModel, EncoderModel } from '../../src/models/base.js';
import { loadWeights } from '../../src/models/load.js';
import { createModel } from '../../src/models/registry.js';
import type { WeightInfo, WeightPart } from '../../src/models/weights.js';
import { createEngine, type Engine, fromPretrained, Tensor } from '../../src/node.js';
import type { LoadProgress } from '../../src/pretrained/progress.js';
import { expectClose } from '../close.js';
import { Random } from '../random.js';
import { filesOf, GATED, gatedShapes, makeCheckpoint, ROBERTA, robertaShapes } from './make-checkpoint.js';

const BERT = { ...ROBERTA, model_type: 'bert', pad_token_id: 0, type_vocab_size: 2 };
const GPT2 = { model_type: 'gpt2', vocab_size: 50, n_embd: 12, n_head: 3, n_layer: 2, n_positions: 20 };

type Tensors = Record<string, readonly number[]>;

/** A weight source over random numbers, in parts of odd sizes. */
function weightsOf(shapes: Tensors, { dtype = 'F32', part = 37, seed = 5 } = {}) {
  const random = new Random(seed);
  const values = new Map(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      random.normal(
        shape.reduce((a, b) => a * b, 1),
        0.3,
      ),
    ]),
  );
  const tensors = new Map<string, WeightInfo>(
    Object.entries(shapes).map(([name, shape]) => [name, { dtype, shape }]),
  );
  async function* read(wanted: (name: string) => boolean): AsyncGenerator<WeightPart> {
    for (const [name, data] of values)
      if (wanted(name))
        for (let element = 0; element < data.length; element += part) {
          const piece = data.slice(element, element + part);
          // At an odd address, as a part of a file may be.
          const bytes = new Uint8Array(piece.byteLength + 1).subarray(1);
          bytes.set(new Uint8Array(piece.buffer));
          yield { name, element, bytes };
        }
  }
  return { tensors, read, values };
}

async function leaksNothing(body: (engine: Engine) => Promise<void>): Promise<void> {
  using engine = await createEngine();
  // Scratch memory is kept for the engine's life, so it has to be there before.
  engine.arena.scratch(64);
  const { blocks } = engine.memory;
  await body(engine);
  expect(engine.memory.blocks).toBe(blocks);
}

const rename = (shapes: Tensors, f: (name: string) => string): Tensors =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [f(name), shape]));

const bertShapes = (): Tensors =>
  rename(robertaShapes(BERT, true) as Tensors, (n) => n.replace(/^roberta\./, 'bert.'));

describe('names', () => {
  test('every parameter gets the bits of its tensor, packed or not, in whatever parts they come', () =>
    leaksNothing(async (engine) => {
      for (const part of [1, 37, 100000]) {
        const weights = weightsOf(gatedShapes(GATED) as Tensors, { part });
        const model = createModel(engine.arena, GATED);
        await loadWeights(model, weights);
        let packed = 0;
        for (const [name, parameter] of model.namedParameters()) {
          if (parameter.isPacked) packed++;
          using copy = parameter.copy();
          expect(copy.toArray()).toEqual(weights.values.get(name));
        }
        expect(packed).toBe(7 * 3 + 1);
        model.dispose();
      }
    }));

  test('a tied head shares the packed matrix with the embedding, and a stored copy of it is passed over', () =>
    leaksNothing(async (engine) => {
      const tied = { ...GATED, tie_word_embeddings: true };
      const shapes = { ...(gatedShapes(tied) as Tensors), 'lm_head.weight': [90, 32] };
      const model = createModel(engine.arena, tied) as DecoderModel;
      await loadWeights(model, weightsOf(shapes));
      const [embedding, head] = ['model.embed_tokens.weight', 'lm_head.weight'].map(
        (name) => [...model.namedParameters()].find(([n]) => n === name)![1],
      );
      expect(head.owner).toBe(embedding);
      expect(embedding.isPacked).toBe(true);
      model.dispose();
    }));

  test('one matrix, not the model, is in memory twice', async () => {
    using engine = await createEngine();
    const model = createModel(engine.arena, GATED);
    const total = model.parameters().reduce((n, p) => n + 4 * p.numel, 0);
    await loadWeights(model, weightsOf(gatedShapes(GATED) as Tensors));
    const largest = 4 * 90 * 32;
    expect(engine.memory.peak).toBeLessThan(total * 1.25 + largest);
  });

  test.each([
    ['with its prefix and heads', (n: string) => n],
    [
      'old names of norms',
      (n: string) =>
        n.replace(/LayerNorm\.weight/, 'LayerNorm.gamma').replace(/LayerNorm\.bias/, 'LayerNorm.beta'),
    ],
  ])('bert %s', (_, f) =>
    leaksNothing(async (engine) => {
      const shapes = { ...rename(bertShapes(), f), 'bert.embeddings.position_ids': [1, 34] };
      const model = createModel(engine.arena, BERT) as EncoderModel;
      await loadWeights(model, weightsOf(shapes));
      engine.scope(() => expect(model.forward([[1, 2]]).poolerOutput?.shape).toEqual([1, 36]));
      model.dispose();
    }),
  );

  test('bert without prefix and without pooler', () =>
    leaksNothing(async (engine) => {
      const shapes = Object.fromEntries(
        Object.entries(bertShapes())
          .filter(([n]) => n.startsWith('bert.') && !n.includes('pooler'))
          .map(([n, s]) => [n.slice('bert.'.length), s]),
      );
      const model = createModel(engine.arena, BERT) as EncoderModel;
      await loadWeights(model, weightsOf(shapes));
      engine.scope(() => expect(model.forward([[1, 2]]).poolerOutput).toBeUndefined());
      model.dispose();
    }));

  test('gpt2: prefix, transposed Conv1D, buffers that are no weights', () =>
    leaksNothing(async (engine) => {
      const model = createModel(engine.arena, GPT2) as DecoderModel;
      const shapes: Tensors = { 'lm_head.weight': [50, 12] };
      for (const [name, p] of model.namedParameters())
        if (name !== 'lm_head.weight')
          shapes[`transformer.${name}`] = /\.c_\w+\.weight$/.test(name) ? [...p.shape].reverse() : p.shape;
      shapes['transformer.h.0.attn.bias'] = [1, 1, 20, 20];
      shapes['transformer.h.0.attn.masked_bias'] = [];
      const weights = weightsOf(shapes);
      await loadWeights(model, weights);
      const c_attn = [...model.namedParameters()].find(([n]) => n === 'h.0.attn.c_attn.weight')![1];
      using copy = c_attn.copy();
      const stored = weights.values.get('transformer.h.0.attn.c_attn.weight')!;
      const turned = Float32Array.from(
        { length: 36 * 12 },
        (_, i) => stored[(i % 12) * 36 + Math.floor(i / 12)],
      );
      expect(copy.toArray()).toEqual(turned);
      model.dispose();
    }));

  test('llama saved without its head: no prefix', () =>
    leaksNothing(async (engine) => {
      const tied = { ...GATED, tie_word_embeddings: true };
      const shapes = rename(gatedShapes(tied) as Tensors, (n) => n.replace(/^model\./, ''));
      const old = { ...shapes, 'layers.0.self_attn.rotary_emb.inv_freq': [4] };
      const model = createModel(engine.arena, tied);
      await loadWeights(model, weightsOf(old));
      model.dispose();
    }));
});

describe('F16 and BF16', () => {
  test.each(['F16', 'BF16'] as const)('%s becomes f32', (dtype) =>
    leaksNothing(async (engine) => {
      const name = 'model.layers.1.mlp.up_proj.weight';
      const made = makeCheckpoint(GATED, gatedShapes(GATED), 3);
      const tensors = [...made.weights.tensors].map(([key, { shape, data }]) => {
        using f32 = Tensor.from(engine.arena, Float32Array.from(data), [data.length]);
        const half = engine.scope(() => narrowed(f32, dtype));
        return [key, { dtype, shape: [...shape], bytes: new Uint8Array(half.buffer) }] as const;
      });
      const files = new Map<string, string | Uint8Array>([
        ['config.json', JSON.stringify(GATED)],
        ['model.safetensors', writeSafetensors(tensors)],
      ]);
      using pretrained = await fromPretrained(engine, memorySource(files));
      const parameter = [...pretrained.model.namedParameters()].find(([n]) => n === name)![1];
      using copy = parameter.copy();
      const stored = Float64Array.from(made.weights.tensors.get(name)!.data);
      expectClose(copy.toArray(), stored, { rel: dtype === 'F16' ? 2 ** -11 : 2 ** -7, abs: 1e-7 });
      expect(copy.toArray()).not.toEqual(Float32Array.from(stored));
    }),
  );

  /** Truncated bits for BF16; by Math for F16, independent of the kernels. */
  function narrowed(f32: Tensor, dtype: 'F16' | 'BF16'): Uint16Array {
    const bits = new Uint32Array(f32.toArray().slice().buffer);
    if (dtype === 'BF16') return Uint16Array.from(bits, (b) => b >>> 16);
    return Uint16Array.from(f32.toArray(), (v) => {
      const a = Math.abs(v);
      const exponent = Math.max(Math.floor(Math.log2(a || 1)), -14);
      const mantissa = Math.round((a / 2 ** exponent) * 1024);
      // A mantissa that rounds up to 2048 carries into the exponent by itself.
      return (
        (v < 0 ? 0x8000 : 0) +
        (a < 2 ** -14 ? Math.round(a * 2 ** 24) : (exponent + 15) * 1024 + mantissa - 1024)
      );
    });
  }

  test('another type is refused by name', () =>
    leaksNothing(async (engine) => {
      const model = createModel(engine.arena, GATED);
      const load = loadWeights(model, weightsOf(gatedShapes(GATED) as Tensors, { dtype: 'I64' }));
      await expect(load).rejects.toThrow(/model\.embed_tokens\.weight must be F32, F16 or BF16, .* I64/);
      await expect(load).rejects.toBeInstanceOf(DTypeError);
    }));
});

describe('what does not fit', () => {
  test('missing, unexpected and misshapen weights: all of them in one error', () =>
    leaksNothing(async (engine) => {
      const { 'model.norm.weight': _, 'lm_head.weight': __, ...rest } = gatedShapes(GATED) as Tensors;
      const shapes = {
        ...rest,
        'model.layers.2.mlp.up_proj.weight': [32, 56],
        'model.layers.3.mlp.up_proj.weight': [56, 32],
        'model.layers.0.self_attn.q_proj.bias': [48],
      };
      const model = createModel(engine.arena, GATED);
      const error: WeightsError = await loadWeights(model, weightsOf(shapes)).then(
        () => null as never,
        (e) => e,
      );
      expect(error).toBeInstanceOf(WeightsError);
      expect(error.missing).toEqual(['model.norm.weight', 'lm_head.weight']);
      expect(error.unexpected).toEqual([
        'model.layers.3.mlp.up_proj.weight',
        'model.layers.0.self_attn.q_proj.bias',
      ]);
      expect(error.misshapen).toEqual([
        { name: 'model.layers.2.mlp.up_proj.weight', expected: [56, 32], actual: [32, 56] },
      ]);
      for (const part of ['model_type llama', 'model.norm.weight', 'expected [56, 32], found [32, 56]'])
        expect(error.message).toContain(part);
    }));

  test('an abort in the middle throws its reason and frees what was loaded', () =>
    leaksNothing(async (engine) => {
      const files = filesOf(makeCheckpoint(GATED, gatedShapes(GATED), 3));
      for (const after of [1, 5, 20]) {
        const controller = new AbortController();
        let seen = 0;
        const onProgress = ({ status }: LoadProgress): void => {
          if (status === 'progress' && ++seen === after) controller.abort(new Error('enough'));
        };
        const loading = fromPretrained(engine, memorySource(files), {
          signal: controller.signal,
          onProgress,
        });
        await expect(loading).rejects.toThrow('enough');
        expect(seen).toBe(after);
      }
    }));

  test('a source that fails in the middle', () =>
    leaksNothing(async (engine) => {
      const whole = weightsOf(gatedShapes(GATED) as Tensors);
      let parts = 0;
      async function* read(wanted: (name: string) => boolean): AsyncGenerator<WeightPart> {
        for await (const part of whole.read(wanted)) {
          if (++parts === 200) throw new Error('connection lost');
          yield part;
        }
      }
      const model = createModel(engine.arena, GATED);
      await expect(loadWeights(model, { ...whole, read })).rejects.toThrow('connection lost');
    }));

  test('a source that ends early', () =>
    leaksNothing(async (engine) => {
      const whole = weightsOf(gatedShapes(GATED) as Tensors);
      async function* read(): AsyncGenerator<WeightPart> {
        yield* whole.read((name) => name !== 'lm_head.weight');
      }
      const model = createModel(engine.arena, GATED);
      await expect(loadWeights(model, { ...whole, read })).rejects.toMatchObject({
        missing: ['lm_head.weight'],
      });
    }));

  test('more weights than memory: known before any is read', async () => {
    using engine = await createEngine({ maxMemory: 1 << 20 });
    const big = { ...GATED, vocab_size: 20000 };
    const before = engine.memory.blocks;
    const { tensors } = weightsOf(gatedShapes(big) as Tensors);
    const read = () => {
      throw new Error('nothing should be read');
    };
    const loading = loadWeights(createModel(engine.arena, big), { tensors, read });
    await expect(loading).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
    expect(engine.memory.blocks).toBe(before);
  });

  test('memory that ends in the middle', () =>
    leaksNothing(async (engine) => {
      const model = createModel(engine.arena, GATED);
      const whole = weightsOf(gatedShapes(GATED) as Tensors);
      let parts = 0;
      const { arena } = engine;
      const alloc = arena.alloc.bind(arena);
      async function* read(wanted: (name: string) => boolean): AsyncGenerator<WeightPart> {
        for await (const part of whole.read(wanted)) {
          if (++parts === 300)
            arena.alloc = () => {
              throw new OutOfMemoryError('no more');
            };
          yield part;
        }
      }
      await expect(loadWeights(model, { ...whole, read })).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
      arena.alloc = alloc;
      engine.scope(() => expect(engine.ones([2]).toArray()).toEqual(Float32Array.of(1, 1)));
    }));
});

test('progress: bytes of each file, in order, then ready', async () => {
  using engine = await createEngine();
  const files = filesOf(makeCheckpoint(GATED, gatedShapes(GATED), 3));
  const seen: LoadProgress[] = [];
  await fromPretrained(engine, memorySource(files), { onProgress: (p) => seen.push(p) });
  const total = 4 * Object.values(gatedShapes(GATED)).reduce((n, s) => n + s.reduce((a, b) => a * b, 1), 0);
  expect(seen[0]).toEqual({
    status: 'initiate',
    name: 'memory',
    file: 'model.safetensors',
    loaded: 0,
    total,
  });
  expect(seen.at(-2)).toMatchObject({ status: 'done', loaded: total, total });
  expect(seen.at(-1)).toMatchObject({ status: 'ready', loaded: total, total });
  const loaded = seen.map((p) => p.loaded);
  expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
});
