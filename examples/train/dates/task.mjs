/** The training run as the trainer takes it. */
import { createModel, Generator, optim } from '../../../dist/node.js';
import { example } from './data.mjs';
import { decode, END, encode, PAD, START, VOCAB_SIZE } from './tokenizer.mjs';

export const setting = {
  width: 64,
  heads: 4,
  inner: 128,
  encoderLayers: 2,
  decoderLayers: 1,
  batch: 32,
  steps: 8000,
  lr: 1.5e-3,
  minLr: 1e-5,
  warmupSteps: 400,
  clip: 1,
};

export const config = {
  architectures: ['Seq2SeqModel'],
  model_type: 'fovea-seq2seq',
  vocab_size: VOCAB_SIZE,
  d_model: setting.width,
  num_attention_heads: setting.heads,
  encoder_layers: setting.encoderLayers,
  decoder_layers: setting.decoderLayers,
  ffn_dim: setting.inner,
  activation_function: 'relu',
  norm_first: true,
  dropout: 0,
  tie_word_embeddings: true,
  max_position_embeddings: 64,
  pad_token_id: PAD,
  decoder_start_token_id: START,
  eos_token_id: END,
};

/** Dates that training never draws from: a seed of its own. */
export const HELD_OUT_SEED = 20_260_502;

/**
 * @param {import('../../../dist/node.js').Engine} engine
 * @param {number} seed
 * @param {number} [steps]
 */
export function datesTask(engine, seed, steps = setting.steps) {
  engine.manualSeed(seed);
  const model = /** @type {import('../../../dist/node.js').Seq2SeqModel} */ (
    createModel(engine.arena, config)
  ).requiresGrad();
  const generator = new Generator(seed + 1);
  const { batch, lr, minLr, warmupSteps, clip } = setting;
  /** @type {import('../lib/trainer.mjs').Task} */
  const task = {
    name: 'dates',
    model,
    optimizer: new optim.Adam(model.parameters(), { lr, betas: [0.9, 0.98] }),
    schedule: optim.cosineWithWarmup({
      warmupSteps,
      totalSteps: Math.max(steps, warmupSteps + 1),
      minFactor: minLr / lr,
    }),
    generator,
    steps,
    clip,
    loss: () => {
      const examples = Array.from({ length: batch }, () => example(generator));
      return model.loss(
        examples.map(({ text }) => encode(text)),
        examples.map(({ iso }) => encode(iso)),
      );
    },
    evaluate: () => ({ exact: exactMatch(model, encode, 500, HELD_OUT_SEED + 1).exact }),
  };
  return { task, model };
}

/**
 * The share of held-out dates that are written exactly, and those that are not.
 * @param {import('../../../dist/node.js').Seq2SeqModel} model
 * @param {(text: string) => number[]} read the tokenizer
 * @param {number} count @param {number} seed
 */
export function exactMatch(model, read, count, seed) {
  const generator = new Generator(seed);
  /** @type {{ text: string, iso: string, answer: string }[]} */
  const wrong = [];
  for (let done = 0; done < count; done += setting.batch) {
    const examples = Array.from({ length: Math.min(setting.batch, count - done) }, () => example(generator));
    const written = model.write(
      examples.map(({ text }) => read(text)),
      { maxLength: 11 },
    );
    examples.forEach(({ text, iso }, i) => {
      const answer = decode(written[i].ids);
      if (answer !== iso) wrong.push({ text, iso, answer });
    });
  }
  return { exact: 1 - wrong.length / count, wrong };
}
