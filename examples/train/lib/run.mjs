/** The command line of an example that trains one model with one setting: options, run, files, figures. */
import { parseArgs } from 'node:util';
import { createEngine } from '../../../dist/node.js';
import { drawCurve } from './curve.mjs';
import { exportModel } from './export.mjs';
import { interruptible } from './interrupt.mjs';
import { clock } from './progress.mjs';
import { train } from './trainer.mjs';

/**
 * @typedef {object} Example
 * @property {string} name
 * @property {string} folder where the checkpoint lies
 * @property {(engine: import('../../../dist/node.js').Engine, seed: number, steps?: number) =>
 *   { task: import('./trainer.mjs').Task }} create
 * @property {import('./export.mjs').Files} files what the folder holds beside weights, curve and README
 * @property {{ title: string, held?: readonly string[], label?: string }} curve
 * @property {(folder: string) => Promise<Record<string, unknown>>} evaluate held-out figures of what was written
 * @property {(figures: { seed: string, steps: number, time: string, parameters: number,
 *   stored: any }) => string} card README.md
 */

const usage = (/** @type {Example} */ { name, folder }) => `usage: node examples/train/${name}.mjs [options]

  --steps N        train for so many steps instead of the setting's
  --seed N         of weights and data (default 1337)
  --run DIR        where the checkpoint lies (default ${folder})
  --out DIR        write the model here when it is finished
  --json           print the figures of the run as JSON
`;

/** Parses the command line, trains, writes.  @param {Example} example */
export async function runTask(example) {
  const { values } = parseArgs({
    options: {
      steps: { type: 'string' },
      seed: { type: 'string', default: '1337' },
      run: { type: 'string', default: example.folder },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage(example));
    return;
  }
  try {
    const result = await trainAndWrite(example, values);
    if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  } catch (error) {
    process.stderr.write(`${example.name}: ${/** @type {Error} */ (error).message}\n`);
    process.exitCode = 1;
  }
}

/**
 * @param {Example} example
 * @param {{ steps?: string, seed: string, run: string, out?: string }} options
 */
async function trainAndWrite({ create, files, curve, evaluate, card }, { steps, seed, run: folder, out }) {
  const engine = await createEngine();
  const { task } = create(engine, Number(seed), steps === undefined ? undefined : Number(steps));
  const { signal, release } = interruptible();
  const run = await train(task, { folder, signal });
  release();
  const { model } = task;
  const parameters = model.parameters().reduce((n, p) => n + p.numel, 0);
  const result = { parameters, step: run.step, seconds: run.seconds, ...run.curve.at(-1)?.held };
  if (run.finished && out !== undefined) {
    const own = new Set([...model.namedParameters()].filter(([, p]) => p.owner === p).map(([key]) => key));
    const weights = new Map([...model.stateDict()].filter(([key]) => own.has(key)));
    const all = { ...files, curve: drawCurve(run.curve, curve) };
    await exportModel(out, weights, all);
    const stored = await evaluate(out);
    const readme = card({ seed, steps: run.step, time: clock(run.seconds), parameters, stored });
    await exportModel(out, weights, { ...all, readme });
    Object.assign(result, { stored });
  }
  engine.dispose();
  return result;
}
