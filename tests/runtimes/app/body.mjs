// The one test that every runtime runs: what comes out is digested bit by bit, and all digests must be equal.
// It is given the files of the shipped models and uses nothing but fovea and what all runtimes have.
import { createEngine, F, fromPretrained, memorySource, nn } from 'fovea';
import { CHECKS, MODELS } from './list.mjs';

/**
 * Numbers in [-1, 1] that are exact in f32 and the same everywhere.
 * @param {number} length @param {number} seed
 */
function numbers(length, seed) {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 23 - 1;
  });
}

const texts = ['the 3rd of May, 2019', 'Fri, 29 Feb 2008', '7.11.1999'];

/** @type {Record<string, (engine: import('fovea').Engine, source: (name: string) => import('fovea').Source) => unknown>} */
const bodies = {
  variant: (engine) => [engine.variant],

  // createEngine() has run the self-test; these are the functions that it looks at, all the way along.
  'self-test'(engine) {
    const x = engine.tensor(
      numbers(4099, 1).map((v) => 12 * v),
      [4099],
    );
    return [F.exp(x), F.tanh(x), F.erf(x), F.sin(x), F.gelu(x), F.softmax(x)];
  },

  attention(engine) {
    const [q, k, v] = [
      engine.tensor(numbers(2 * 6 * 33 * 40, 2), [2, 6, 33, 40]),
      engine.tensor(numbers(2 * 3 * 70 * 40, 3), [2, 3, 70, 40]),
      engine.tensor(numbers(2 * 3 * 70 * 40, 4), [2, 3, 70, 40]),
    ];
    const bias = engine.tensor(numbers(33 * 70, 5), [33, 70]);
    const options = { enableGqa: true };
    return [
      F.scaledDotProductAttention(q, k, v, options),
      F.scaledDotProductAttention(q, k, v, { ...options, isCausal: true }),
      F.scaledDotProductAttention(q, k, v, { ...options, attnMask: bias }),
      F.attentionWithWeights(q, k, v, options).weights,
    ];
  },

  encoder: (engine) => [encode(engine)],

  int8(engine) {
    const x = engine.tensor(numbers(19 * 96, 6), [19, 96]);
    const w = F.QuantizedMatrix.from(engine.tensor(numbers(70 * 96, 7), [70, 96]));
    return [F.linear(x, w)];
  },

  async dates(engine, source) {
    const all = [];
    for (const dtype of ['f32', 'q8', 'q8_0', 'q4', 'q4_1']) {
      const { model, tokenizer, dispose } = await fromPretrained(engine, source('dates'), { dtype });
      for (const { ids, logProbability } of model.write(texts.map((text) => tokenizer.encode(text).ids)))
        all.push(tokenizer.decode(ids), Float64Array.of(logProbability));
      dispose();
    }
    if (all[0] !== '2019-05-03') throw new Error(`${texts[0]} was read as ${all[0]}`);
    return all;
  },

  async verse(engine, source) {
    const { generate, embed, dispose } = await fromPretrained(engine, source('shakespeare'));
    const { text, tokens } = await generate('ROMEO:', {
      maxNewTokens: 60,
      temperature: 0.8,
      seed: 7,
    }).result();
    const vector = await embed('But, soft! what light');
    dispose();
    return [text, Int32Array.from(tokens), vector];
  },

  gradient(engine) {
    const layer = new nn.TransformerEncoderLayer(engine.manualSeed(5), 32, 4, {
      dimFeedforward: 64,
      dropout: 0,
      batchFirst: true,
    });
    const x = engine.tensor(numbers(2 * 9 * 32, 8), [2, 9, 32], { requiresGrad: true });
    const y = layer.forward(x);
    F.backward(F.sum(F.mul(y, y)));
    return [x.grad];
  },

  // With more threads the bits are those of one, so this digest is the same with and without.
  async threads() {
    const engine = await createEngine({ threads: 2 });
    const out = await bytesOf([encode(engine)]);
    const note = engine.threadsReason ?? `${engine.threads} threads`;
    engine.dispose();
    return { out, note };
  },
};

/** @param {import('fovea').Engine} engine */
function encode(engine) {
  const [d, heads] = [128, 4];
  const options = { dimFeedforward: 256, dropout: 0, activation: 'gelu', batchFirst: true };
  const layer = new nn.TransformerEncoderLayer(engine.manualSeed(3), d, heads, options);
  return layer.forward(engine.tensor(numbers(3 * 70 * d, 9), [3, 70, d]));
}

/** @param {readonly unknown[]} parts tensors, typed arrays and texts */
async function bytesOf(parts) {
  const arrays = parts.map((part) => {
    if (typeof part === 'string') return new TextEncoder().encode(part);
    const array = ArrayBuffer.isView(part) ? part : part.toArray();
    return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  });
  if (!arrays.some((bytes) => bytes.some((byte) => byte !== 0)))
    throw new Error('nothing but zeros came out');
  return new Uint8Array(await new Blob(arrays).arrayBuffer());
}

/** @param {BufferSource} bytes @returns {Promise<string>} */
async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Runs every check, also after one has failed.
 * @param {(model: string, file: string) => Promise<Uint8Array>} read a file of a shipped model
 */
export async function runBody(read) {
  const sources = new Map();
  for (const [name, files] of Object.entries(MODELS)) {
    const contents = await Promise.all(files.map(async (file) => [file, await read(name, file)]));
    sources.set(name, memorySource(contents, name));
  }
  const engine = await createEngine();
  const { features } = engine;
  /** @type {Record<string, { digest?: string, error?: string, note?: string }>} */
  const checks = {};
  for (const name of CHECKS)
    try {
      const got = await bodies[name](engine, (model) => sources.get(model));
      const { out, note } = Array.isArray(got) ? { out: await bytesOf(got) } : got;
      checks[name] = { digest: await sha256(out), ...(note && { note }) };
    } catch (error) {
      checks[name] = { error: String(error?.stack ?? error) };
    }
  engine.dispose();
  return { checks, features };
}
