import { assertAgree } from '../agree.mjs';
import { uniform } from '../random.mjs';
import { nanoGpt } from '../shapes.mjs';
import { gpt2Weights } from '../weights.mjs';

/** nanoGPT's CPU setting: a model of characters that starts to learn, on random text. */
const config = nanoGpt;
const batch = 12;
const length = config.n_positions;
const optimizer = {
  lr: 1e-3,
  betas: /** @type {const} */ ([0.9, 0.99]),
  eps: 1e-8,
  weightDecay: 0.1,
  clip: 1,
};

/** So many steps are compared, each of which sees what the one before did to the weights. */
const COMPARED = 3;

/**
 * Loss and gradient norm agree to so much of themselves. AdamW's first steps have the sign of the gradient and the
 * size of the rate, however small the gradient, so rounding can turn a weight around: that shows from the second step.
 */
const TOLERANCE = 1e-3;

/** Matrix products: three times those of the forward pass. */
function flops() {
  const { n_embd: D, n_layer: layers, vocab_size: V } = config;
  const forward = batch * length * (2 * layers * (12 * D * D + 2 * length * D) + 2 * V * D);
  return 3 * forward;
}

/** Text with something to learn in it: each character leads to one of four. */
function randomBatches(count) {
  const next = uniform(3);
  const V = config.vocab_size;
  return Array.from({ length: count }, () => {
    const ids = new Int32Array(batch * length + 1);
    for (let i = 0; i < ids.length - 1; i++) ids[i + 1] = (ids[i] * 7 + 1 + Math.floor(4 * next())) % V;
    return { input: ids.slice(0, -1), target: ids.slice(1) };
  });
}

/** @type {import('../contract.d.ts').Case} */
const step = {
  name: `nanoGPT-B${batch}-S${length}`,
  flops: flops(),
  async load(contestant) {
    if (!contestant.training) throw new Error(`${contestant.name} does not train`);
    const problem = {
      config,
      weights: gpt2Weights(config, 1),
      batch,
      length,
      batches: randomBatches(8),
      optimizer,
    };
    const job = await contestant.training(problem);
    if (!job) return null;
    const first = [];
    for (let i = 0; i < COMPARED; i++) first.push(...(await job.run()));
    let compared = false;
    return {
      // The runner's first call is for the comparison: it gets the first steps, taken already.
      run: () => {
        if (compared) return job.run();
        compared = true;
        return Float32Array.from(first);
      },
      dispose: () => job.dispose(),
    };
  },
  check(outputs) {
    const [[first, want], ...others] = outputs;
    if (others.length === 0)
      throw new Error(`${first} ran alone: steps are checked against another engine's`);
    for (const [name, got] of others)
      assertAgree(`${name} against ${first}`, got, want, (i) => TOLERANCE * Math.abs(want[i]));
  },
  release() {},
};

/**
 * The 2000 steps on the real text.
 * @param {{ variant: string }} options
 */
async function whole({ variant }) {
  const { createEngine } = await import('fovea');
  const { train } = await import('../../examples/train/lib/trainer.mjs');
  const { Characters } = await import('../../examples/train/shakespeare/data.mjs');
  const { settings } = await import('../../examples/train/shakespeare/settings.mjs');
  const { shakespeare } = await import('../../examples/train/shakespeare/task.mjs');
  const { DEFAULT_TEXT, readCorpus } = await import('../../examples/train/shakespeare/text.mjs');
  const data = new Characters(await readCorpus(DEFAULT_TEXT));
  const engine = await createEngine({ variant: /** @type {'simd' | 'relaxed'} */ (variant) });
  const { task } = shakespeare(engine, data, 'nanogpt-cpu', settings['nanogpt-cpu'], 1337);
  const before = process.cpuUsage();
  const { step: steps, seconds, curve } = await train({ ...task, evaluateEvery: task.steps });
  const { user, system } = process.cpuUsage(before);
  engine.dispose();
  return {
    case: `${steps} steps of nanoGPT's CPU setting`,
    seconds: Math.round(seconds),
    cpu_seconds: Math.round((user + system) / 1e6),
    training_loss: curve.at(-1)?.loss ?? Number.NaN,
    validation_loss: curve.at(-1)?.held?.validation ?? Number.NaN,
  };
}

/** @type {import('../contract.d.ts').Suite} */
export const suite = { cases: [step], rivals: ['tfjs-wasm'], whole };
