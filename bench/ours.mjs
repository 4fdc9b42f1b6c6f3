// Nothing else is imported here: a first product waits for fovea alone (suite startup).
import * as fovea from '../dist/bundle/recent/node.js';

const { createEngine, F, fromPretrained, memorySource, optim, writeSafetensors } = fovea;

/**
 * fovea through its public API, as an application uses it: the engine is opened once, weights are packed when they
 * are loaded, a run copies its input in and reads its output where it lies.
 * @type {import('./contract.d.ts').Open}
 */
export async function open({ threads, variant }) {
  const engine = await createEngine({ variant: /** @type {'simd' | 'relaxed'} */ (variant), threads });
  if (engine.threads !== threads) throw new Error(`fovea: ${engine.threadsReason}, asked for ${threads}`);
  return {
    name: 'fovea',
    // When asked, so that a first result does not wait for it (suite startup).
    get version() {
      const file = new URL('../package.json', import.meta.url);
      return JSON.parse(process.getBuiltinModule('node:fs').readFileSync(file, 'utf8')).version;
    },
    gemm: (problem) => gemm(engine, problem),
    encoder: (problem) => encoder(engine, problem),
    attention: (problem) => attention(engine, problem),
    decode: async (problem) => (await import('./llama.mjs')).decodeJob(fovea, engine, problem),
    training: (problem) => training(engine, problem),
    dispose: () => engine.dispose(),
  };
}

/**
 * @param {import('fovea').Engine} engine
 * @param {import('./contract.d.ts').GemmProblem} problem
 */
function gemm(engine, { M, K, N, a, b, dtype = 'f32' }) {
  const weight = engine.scope(() => {
    const plain = F.transpose(engine.tensor(b, [K, N]), 0, 1);
    return dtype === 'f32' ? F.PackedMatrix.from(plain) : F.QuantizedMatrix.from(plain, dtype);
  });
  const x = engine.tensor(a, [M, K]);
  /** @type {import('fovea').Tensor | undefined} */
  let y;
  return {
    bytes: weight.bytes,
    run: () => {
      y?.dispose();
      x.data.set(a);
      y = F.linear(x, weight);
      return /** @type {Float32Array} */ (y.data);
    },
    dispose: () => {
      y?.dispose();
      x.dispose();
      weight.dispose();
    },
  };
}

/**
 * @param {import('fovea').Engine} engine
 * @param {import('./contract.d.ts').EncoderProblem} problem
 */
async function encoder(engine, { config, weights, batch, length, inputIds, dtype }) {
  const { bytesOf } = await import('./llama.mjs');
  const pretrained = await load(engine, config, weights, dtype);
  const model = /** @type {import('fovea').EncoderModel} */ (pretrained.model);
  /** @type {import('fovea').Tensor | undefined} */
  let last;
  return {
    bytes: bytesOf(model),
    run: () => {
      last?.dispose();
      last = engine.scope(() => model.forward(engine.tensor(inputIds, [batch, length])).lastHiddenState);
      return /** @type {Float32Array} */ (last.data);
    },
    dispose: () => {
      last?.dispose();
      pretrained.dispose();
    },
  };
}

/**
 * @param {import('fovea').Engine} engine
 * @param {import('./contract.d.ts').AttentionProblem} problem
 */
function attention(engine, { H, G, S, D, causal, ...given }) {
  const inputs = /** @type {const} */ (['q', 'k', 'v']).map((name) => {
    const tensor = engine.tensor(given[name], [S, name === 'q' ? H : G, D]);
    return { tensor, data: given[name], heads: F.transpose(tensor, 0, 1) };
  });
  const [q, k, v] = inputs.map(({ heads }) => heads);
  /** @type {import('fovea').Tensor | undefined} */
  let y;
  return {
    run: () => {
      y?.dispose();
      for (const { tensor, data } of inputs) tensor.data.set(data);
      const heads = F.scaledDotProductAttention(q, k, v, { isCausal: causal, enableGqa: H !== G });
      y = F.transpose(heads, 0, 1);
      return /** @type {Float32Array} */ (y.data);
    },
    dispose: () => {
      y?.dispose();
      for (const { tensor } of inputs) tensor.dispose();
    },
  };
}

/**
 * @param {import('fovea').Engine} engine
 * @param {import('./contract.d.ts').TrainingProblem} problem
 */
async function training(engine, { config, weights, batch, length, batches, optimizer: settings }) {
  const pretrained = await load(engine, config, weights);
  const model = /** @type {import('fovea').DecoderModel} */ (pretrained.model).requiresGrad();
  const parameters = model.parameters();
  const { weightDecay, clip, ...rest } = settings;
  const groups = [
    { params: parameters.filter((p) => p.shape.length > 1), weightDecay },
    { params: parameters.filter((p) => p.shape.length === 1), weightDecay: 0 },
  ];
  const optimizer = new optim.AdamW(groups, rest);
  const ids = (/** @type {Int32Array} */ rows) => engine.tensor(rows, [batch, length]);
  let turn = 0;
  return {
    run: () =>
      engine.scope(() => {
        const { input, target } = batches[turn++ % batches.length];
        optimizer.zeroGrad();
        const { logits } = model.forward(ids(input));
        const loss = F.crossEntropy(F.flatten(logits, 0, 1), F.flatten(ids(target)));
        F.backward(loss);
        const norm = optim.clipGradNorm_(parameters, clip);
        optimizer.step();
        return Float32Array.of(loss.item(), norm);
      }),
    dispose: () => {
      optimizer.dispose();
      pretrained.dispose();
    },
  };
}

/**
 * A model as if from a folder with these weights.
 * @param {import('fovea').Engine} engine @param {object} config
 * @param {ReadonlyMap<string, import('./contract.d.ts').Weight>} weights
 * @param {import('./contract.d.ts').DType} [dtype]
 */
function load(engine, config, weights, dtype) {
  const tensors = [...weights].map(([name, { shape, data }]) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return /** @type {const} */ ([name, { dtype: 'F32', shape, bytes }]);
  });
  const source = memorySource([
    ['config.json', JSON.stringify(config)],
    ['model.safetensors', writeSafetensors(tensors)],
  ]);
  return fromPretrained(engine, source, { dtype });
}
