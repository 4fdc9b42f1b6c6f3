import { readFileSync } from 'node:fs';
import { createEngine, F, fromPretrained, memorySource, writeSafetensors } from '../dist/node.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/**
 * fovea through its public API, as an application uses it: the engine is opened once, weights are packed when they
 * are loaded, a run copies its input in and reads its output where it lies.
 * @type {import('./contract.d.ts').Open}
 */
export async function open({ threads, variant }) {
  if (threads !== 1) throw new Error(`fovea: one thread here, asked for ${threads}`);
  const engine = await createEngine({ variant: /** @type {'simd' | 'relaxed'} */ (variant) });
  return {
    name: 'fovea',
    version,
    gemm: (problem) => gemm(engine, problem),
    encoder: (problem) => encoder(engine, problem),
    dispose: () => engine.dispose(),
  };
}

/**
 * @param {import('../dist/node.js').Engine} engine
 * @param {import('./contract.d.ts').GemmProblem} problem
 */
function gemm(engine, { M, K, N, a, b }) {
  const weight = engine.scope(() => F.PackedMatrix.from(F.transpose(engine.tensor(b, [K, N]), 0, 1)));
  const x = engine.tensor(a, [M, K]);
  /** @type {import('../dist/node.js').Tensor | undefined} */
  let y;
  return {
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
 * @param {import('../dist/node.js').Engine} engine
 * @param {import('./contract.d.ts').EncoderProblem} problem
 */
async function encoder(engine, { config, weights, batch, length, inputIds }) {
  const tensors = [...weights].map(([name, { shape, data }]) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return /** @type {const} */ ([name, { dtype: 'F32', shape, bytes }]);
  });
  const source = memorySource([
    ['config.json', JSON.stringify(config)],
    ['model.safetensors', writeSafetensors(tensors)],
  ]);
  const pretrained = await fromPretrained(engine, source);
  const model = /** @type {import('../dist/node.js').EncoderModel} */ (pretrained.model);
  /** @type {import('../dist/node.js').Tensor | undefined} */
  let last;
  return {
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
