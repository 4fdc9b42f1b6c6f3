// What one more layer adds to a forward pass beside its arithmetic: calls of kernels, tensors, blocks of memory.  A
// layer of a small model runs as long as some dozens of these take.
import { expect, test } from '@jest/globals';
import type { DecoderModel, DecoderOptions, EncoderModel } from '../../src/models/base.js';
import { createModel } from '../../src/models/registry.js';
import { argmax } from '../../src/ops/argmax.js';
import type { MatrixDType } from '../../src/ops/panel-matrix.js';
import type { Arena } from '../../src/tensor/arena.js';
import { noGrad } from '../../src/tensor/tape.js';
import { everyEngine } from '../engine.js';

interface Cost {
  kernels: string[];
  tensors: number;
  blocks: number;
}

/** What `body` asks of an arena. */
function costOf(arena: Arena, body: () => void): Cost {
  const cost: Cost = { kernels: [], tensors: 0, blocks: 0 };
  const { kernels } = arena;
  const counted = Object.entries(kernels).map(([name, kernel]) => [
    name,
    (...args: number[]) => {
      cost.kernels.push(name);
      return (kernel as (...args: number[]) => number)(...args);
    },
  ]);
  const alloc = arena.alloc.bind(arena);
  const adopt = arena.scopes.adopt.bind(arena.scopes);
  Object.defineProperty(arena, 'kernels', { value: Object.fromEntries(counted), configurable: true });
  arena.alloc = (bytes) => {
    cost.blocks++;
    return alloc(bytes);
  };
  arena.scopes.adopt = (object) => {
    cost.tensors++;
    adopt(object);
  };
  try {
    body();
  } finally {
    for (const [object, name] of [
      [arena, 'kernels'],
      [arena, 'alloc'],
      [arena.scopes, 'adopt'],
    ] as const)
      Reflect.deleteProperty(object, name);
  }
  return cost;
}

/** The difference between a pass of three layers and one of two, in its steady state. */
function layerCost(passOf: (layers: number) => () => void, arena: Arena): Cost {
  const [two, three] = [2, 3].map((layers) => {
    const pass = passOf(layers);
    pass();
    pass();
    const { used, reserved } = arena.stats;
    const cost = costOf(arena, pass);
    expect([arena.stats.used, arena.stats.reserved]).toEqual([used, reserved]);
    return cost;
  });
  const more = [...three.kernels];
  for (const name of two.kernels) more.splice(more.indexOf(name), 1);
  return { kernels: more, tensors: three.tensors - two.tensors, blocks: three.blocks - two.blocks };
}

const BERT = {
  model_type: 'bert',
  vocab_size: 50,
  hidden_size: 32,
  num_attention_heads: 2,
  intermediate_size: 64,
};
const LLAMA = {
  ...{ model_type: 'llama', vocab_size: 50, hidden_size: 64, num_attention_heads: 4, num_key_value_heads: 2 },
  ...{ intermediate_size: 96, tie_word_embeddings: true, max_position_embeddings: 64 },
};

everyEngine('cost of a layer', (engine) => {
  const encoder = (dtype: MatrixDType) => (layers: number) => {
    const model = createModel(engine().arena, {
      ...{ ...BERT, max_position_embeddings: 32, num_hidden_layers: layers },
    }) as EncoderModel;
    model.pack({ dtype });
    const ids = Int32Array.from({ length: 18 }, (_, i) => i);
    return () => engine().scope(() => void model.forward(engine().tensor(ids, [2, 9])));
  };

  /** Of one token behind others, layer by layer, as it goes where something between the layers is asked for. */
  const decoder =
    (dtype: MatrixDType, options: DecoderOptions = { outputHiddenStates: [] }) =>
    (layers: number) => {
      const { arena } = engine();
      const model = createModel(arena, { ...LLAMA, num_hidden_layers: layers }) as DecoderModel;
      model.pack({ dtype });
      const cache = model.createCache();
      const step = () => argmax(model.forward([[7]], { ...options, cache, logits: 'last' }).logits).item();
      return () => void noGrad(arena, () => engine().scope(step));
    };

  test('BERT: one product for query, key and value, and three more', () => {
    const { kernels, tensors, blocks } = layerCost(encoder('f32'), engine().arena);
    expect(kernels.sort()).toEqual([
      ...['activation_f32', 'attention_f32', 'attention_f32_scratch', 'attention_f32_units'],
      ...['gemm_f32', 'gemm_f32', 'gemm_f32', 'gemm_f32', 'layer_norm_f32', 'layer_norm_f32'],
    ]);
    // A block for each product and norm, attention and the joined bias; views are the heads of query, key and value,
    // and those of the result side by side.
    expect({ tensors, blocks }).toEqual({ tensors: 8 + 4, blocks: 8 });
  });

  const DECODER = [
    ...[
      'attention_f32',
      'attention_f32_scratch',
      'attention_f32_units',
      'copy_strided_32',
      'copy_strided_32',
    ],
    ...['glu_f32', 'rms_norm_f32', 'rms_norm_f32', 'rope_f32', 'rope_f32'],
  ];

  test('a decoder: one product for query, key and value, one for gate and up, and two more', () => {
    const { kernels, tensors, blocks } = layerCost(decoder('f32'), engine().arena);
    expect(kernels.sort()).toEqual([...DECODER, ...new Array(4).fill('gemm_f32')].sort());
    // Views are those of an encoder, gate and up, and keys and values in their cache.
    expect({ tensors, blocks }).toEqual({ tensors: 10 + 8, blocks: 10 });
  });

  test.each(['q8', 'q4'] as const)('a decoder in %s: rows are quantised once for each product', (dtype) => {
    const { kernels, tensors, blocks } = layerCost(decoder(dtype), engine().arena);
    const products = ['gemm_quant_f32', 'gemm_quant_rows'].flatMap((name) => new Array(4).fill(name));
    expect(kernels.sort()).toEqual([...DECODER, ...products].sort());
    expect({ tensors, blocks }).toEqual({ tensors: 10 + 8, blocks: 10 });
  });

  test.each(['f32', 'q8', 'q4'] as const)(
    'a decoder in %s that nothing is asked of: one call for all layers',
    (dtype) => {
      expect(layerCost(decoder(dtype, {}), engine().arena)).toEqual({ kernels: [], tensors: 0, blocks: 0 });
    },
  );
});
