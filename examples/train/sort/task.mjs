/** The training run as the trainer takes it. */
import { createModel, Generator, optim, Tensor } from '../../../dist/node.js';
import { draw, exactMatch } from './data.mjs';
import { FIRST_ID, VOCAB_SIZE } from './tokenizer.mjs';

export const setting = {
  embedding: 32,
  hidden: 96,
  batch: 64,
  /** of the lists in training, both ends included */
  lengths: [5, 12],
  steps: 6000,
  lr: 3e-3,
  minLr: 1e-4,
  warmupSteps: 100,
  clip: 1,
};

export const config = {
  architectures: ['PointerModel'],
  model_type: 'fovea-pointer',
  vocab_size: VOCAB_SIZE,
  embedding_size: setting.embedding,
  hidden_size: setting.hidden,
};

/** Lists that training never draws from: a seed of its own. */
export const HELD_OUT_SEED = 20_260_501;

/**
 * @param {import('../../../dist/node.js').Engine} engine
 * @param {number} seed
 * @param {number} [steps]
 */
export function sortTask(engine, seed, steps = setting.steps) {
  engine.manualSeed(seed);
  const model = /** @type {import('../../../dist/node.js').PointerModel} */ (
    createModel(engine.arena, config)
  ).requiresGrad();
  const generator = new Generator(seed + 1);
  const { batch, lr, minLr, warmupSteps, clip } = setting;
  const [shortest, longest] = setting.lengths;
  /** @type {import('../lib/trainer.mjs').Task} */
  const task = {
    name: 'sort',
    model,
    optimizer: new optim.Adam(model.parameters(), { lr }),
    schedule: optim.cosineWithWarmup({
      warmupSteps,
      totalSteps: Math.max(steps, warmupSteps + 1),
      minFactor: minLr / lr,
    }),
    generator,
    steps,
    clip,
    loss: () => {
      const length = shortest + Math.floor(generator.uniform() * (longest - shortest + 1));
      const { lists, targets } = draw(generator, batch, length);
      return model.loss(tensor(engine, lists, FIRST_ID), tensor(engine, targets, 0));
    },
    evaluate: () => exactMatch(model, new Generator(HELD_OUT_SEED + 1), [10, 20], 200, FIRST_ID),
  };
  return { task, model };
}

/** @param {import('../../../dist/node.js').Engine} engine @param {readonly number[][]} rows @param {number} plus */
function tensor({ arena }, rows, plus) {
  const values = rows.flatMap((row) => row.map((n) => n + plus));
  return Tensor.from(arena, values, [rows.length, rows[0].length], 'i32');
}
