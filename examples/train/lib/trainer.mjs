/**
 * The loop that every example here trains with.  A task says what is learned; the loop counts steps, reports,
 * saves, and continues.  All that a step depends on (weights, optimiser, the position in the stream of random
 * numbers) is in the checkpoint, so a run that was stopped and continued gives the bits of one that was not.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { F, noGrad, optim } from '../../../dist/node.js';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.mjs';
import { Progress } from './progress.mjs';

/**
 * @typedef {object} Task
 * @property {string} name
 * @property {import('../../../dist/node.js').nn.Module} model its parameters require gradients
 * @property {import('../../../dist/node.js').optim.Optimizer<any>} optimizer
 * @property {import('../../../dist/node.js').optim.Schedule} schedule share of the learning rate at a step
 * @property {import('../../../dist/node.js').Generator} generator what data and dropout are drawn from, nothing else
 * @property {number} steps
 * @property {(step: number) => import('../../../dist/node.js').Tensor} loss of a new batch, recorded; one number
 * @property {() => Record<string, number>} [evaluate] held-out figures; called without recording
 * @property {number} [evaluateEvery] steps between evaluations; default a tenth of all
 * @property {number} [saveEvery] steps between checkpoints; default a tenth of all
 * @property {number} [clip] the largest norm of all gradients together; default none
 *
 * @typedef {object} Point a place on the training curve
 * @property {number} step steps taken so far
 * @property {number} loss mean over the steps since the point before
 * @property {Record<string, number>} [held] what `evaluate` gave here
 *
 * @typedef {object} Run
 * @property {Point[]} curve
 * @property {number} step
 * @property {number} seconds of training, over all sessions, without evaluations
 * @property {{ sum: number, count: number }} pending losses since the last point
 * @property {boolean} finished false if it was stopped; calling train() again continues
 *
 * @typedef {object} TrainOptions
 * @property {string} [folder] where the checkpoint lies; without one nothing is saved
 * @property {AbortSignal} [signal] stops after the current step, and saves
 * @property {(line: string) => void} [log] takes progress lines; default standard error
 * @property {number} [until] stop after so many steps in all, as if aborted
 */

/** Points of the curve: enough for a drawing. */
const POINTS = 200;

/**
 * Trains, from the checkpoint in `folder` if there is one.
 * @param {Task} task
 * @param {TrainOptions} [options]
 * @returns {Promise<Run>}
 */
export async function train(task, { folder, signal, log, until = task.steps } = {}) {
  const { model, optimizer, steps } = task;
  const { arena } = model;
  const scheduler = new optim.LambdaLR(optimizer, task.schedule);
  /** @type {Run} */
  const run = { curve: [], step: 0, seconds: 0, pending: { sum: 0, count: 0 }, finished: false };
  if (folder !== undefined) await loadCheckpoint(folder, task, scheduler, run);
  const progress = new Progress(task, run, log);
  const evaluateEvery = task.evaluateEvery ?? Math.ceil(steps / 10);
  const saveEvery = task.saveEvery ?? Math.ceil(steps / 10);
  const pointEvery = Math.max(1, Math.floor(steps / POINTS));
  const parameters = model.parameters();
  model.train();

  const save = async () => {
    if (folder !== undefined) await saveCheckpoint(folder, task, run);
  };
  while (run.step < Math.min(steps, until) && !signal?.aborted) {
    const start = performance.now();
    run.pending.sum += arena.scope(() => {
      optimizer.zeroGrad();
      const loss = task.loss(run.step);
      F.backward(loss);
      if (task.clip !== undefined) optim.clipGradNorm_(parameters, task.clip);
      optimizer.step();
      return loss.item();
    });
    run.pending.count++;
    scheduler.step();
    run.step++;
    run.seconds += (performance.now() - start) / 1000;
    const evaluates = task.evaluate !== undefined && (run.step % evaluateEvery === 0 || run.step === steps);
    if (run.step % pointEvery === 0 || evaluates || run.step === steps) {
      const held = evaluates ? { held: evaluate(task) } : {};
      run.curve.push({ step: run.step, loss: run.pending.sum / run.pending.count, ...held });
      run.pending = { sum: 0, count: 0 };
    }
    progress.tick(scheduler.getLastLr()[0], evaluates);
    if (run.step % saveEvery === 0) await save();
    // Signals and other events get their turn.
    await breathe();
  }
  run.finished = run.step === steps;
  await save();
  progress.end();
  model.eval();
  return run;
}

/** @param {Task} task @returns {Record<string, number>} */
function evaluate({ model, evaluate: measure }) {
  model.eval();
  try {
    return noGrad(model.arena, () => model.arena.scope(() => measure?.() ?? {}));
  } finally {
    model.train();
  }
}
