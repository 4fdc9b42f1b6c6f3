/** The training run as the trainer takes it, and the held-out loss. */
import { F, Generator, optim } from '../../../dist/node.js';
import { allStarts, randomStarts, windows } from './data.mjs';
import { configOf, freshModel, optimizerOf } from './model.mjs';

const EVALUATION_BATCH = 64;

/**
 * @param {import('../../../dist/node.js').Engine} engine
 * @param {import('./data.mjs').Characters} data
 * @param {string} name of the setting
 * @param {import('./settings.mjs').Setting} setting
 * @param {number} seed
 */
export function shakespeare(engine, data, name, setting, seed) {
  const { batch, context, steps, lr, minLr, warmupSteps, clip } = setting;
  engine.manualSeed(seed);
  const config = configOf(setting, data.vocabulary.length);
  const model = freshModel(engine, config, setting);
  // A stream of its own: the batches of a seed do not depend on how many weights were drawn.
  const generator = new Generator(seed + 1);
  /** @type {import('../lib/trainer.mjs').Task} */
  const task = {
    name: `shakespeare ${name}`,
    model,
    optimizer: optimizerOf(model, setting),
    schedule: optim.cosineWithWarmup({ warmupSteps, totalSteps: steps, minFactor: minLr / lr }),
    generator,
    steps,
    clip,
    loss: () => lossOf(model, data.train, randomStarts(generator, data.train, batch, context), context),
    evaluate: () => ({ validation: heldOutLoss(model, data.validation, context) }),
  };
  return { task, model, config };
}

/**
 * Mean cross entropy of every next character in the windows, in nats.
 * @param {import('../../../dist/node.js').DecoderModel} model
 * @param {Int32Array} ids @param {readonly number[]} starts @param {number} context
 */
function lossOf(model, ids, starts, context) {
  const { input, target } = windows(model.arena, ids, starts, context);
  const { logits } = model.forward(input);
  return F.crossEntropy(F.flatten(logits, 0, 1), F.flatten(target));
}

/**
 * The same over a whole text, window by window: a character is predicted from what precedes it in its window.
 * @param {import('../../../dist/node.js').DecoderModel} model
 * @param {Int32Array} ids @param {number} context
 */
export function heldOutLoss(model, ids, context) {
  const starts = allStarts(ids, context);
  let sum = 0;
  for (let i = 0; i < starts.length; i += EVALUATION_BATCH) {
    const some = starts.slice(i, i + EVALUATION_BATCH);
    sum += model.arena.scope(() => lossOf(model, ids, some, context).item()) * some.length;
  }
  return sum / starts.length;
}
