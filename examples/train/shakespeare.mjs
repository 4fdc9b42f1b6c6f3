#!/usr/bin/env node
/**
 * Trains a GPT of characters on Shakespeare's plays, and writes it as a model folder that transformers can read:
 *
 *     node examples/train/shakespeare.mjs --out models/shakespeare
 *
 * Ctrl-C saves; the same command continues.  `--help` lists the options.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createEngine } from '../../dist/node.js';
import { drawCurve } from './lib/curve.mjs';
import { exportModel } from './lib/export.mjs';
import { interruptible } from './lib/interrupt.mjs';
import { clock } from './lib/progress.mjs';
import { train } from './lib/trainer.mjs';
import { modelCard } from './shakespeare/card.mjs';
import { Characters } from './shakespeare/data.mjs';
import { evaluateFolder } from './shakespeare/evaluate.mjs';
import { checkpointWeights } from './shakespeare/model.mjs';
import { settings } from './shakespeare/settings.mjs';
import { shakespeare } from './shakespeare/task.mjs';
import { DEFAULT_TEXT, readCorpus } from './shakespeare/text.mjs';
import { characterTokenizer } from './shakespeare/tokenizer.mjs';

const usage = `usage: node examples/train/shakespeare.mjs [options]

  --setting NAME   ${Object.keys(settings).join(' or ')} (default shipped)
  --steps N        train for so many steps instead of the setting's
  --seed N         of weights and batches (default 1337)
  --run DIR        where the checkpoint lies (default .cache/train/shakespeare-SETTING)
  --out DIR        write the model here when it is finished
  --dtype TYPE     f16 (default), bf16 or f32: what the weights in --out are stored as
  --text FILE      the text
  --json           print the figures of the run as JSON
`;

const { values } = parseArgs({
  options: {
    setting: { type: 'string', default: 'shipped' },
    steps: { type: 'string' },
    seed: { type: 'string', default: '1337' },
    run: { type: 'string' },
    out: { type: 'string' },
    dtype: { type: 'string', default: 'f16' },
    text: { type: 'string', default: DEFAULT_TEXT },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function main() {
  const { setting: name, seed, out, dtype } = values;
  const base = settings[name];
  if (base === undefined)
    throw new Error(`--setting must be ${Object.keys(settings).join(' or ')}, got ${name}`);
  const setting = values.steps === undefined ? base : { ...base, steps: Number(values.steps) };
  const data = new Characters(await readCorpus(values.text));
  const engine = await createEngine();
  const { task, model, config } = shakespeare(engine, data, name, setting, Number(seed));
  const { signal, release } = interruptible();
  const folder = values.run ?? join('.cache', 'train', `shakespeare-${name}`);
  const run = await train(task, { folder, signal });
  release();
  const parameters = model.parameters().reduce((n, p) => n + p.numel, 0);
  const last = run.curve.at(-1);
  const result = { setting: name, parameters, step: run.step, seconds: run.seconds, ...last?.held };
  if (run.finished && out !== undefined) {
    const curve = drawCurve(run.curve, {
      title: `shakespeare, setting ${name}: cross entropy a character, in nats`,
      held: ['validation'],
    });
    const weights = checkpointWeights(model);
    const files = { config, tokenizer: characterTokenizer(data.vocabulary), curve };
    await exportModel(out, weights, files, /** @type {'f16'} */ (dtype));
    const stored = await evaluateFolder(out, { text: values.text });
    const readme = modelCard({ ...result, name, setting, seed, dtype, stored, time: clock(run.seconds) });
    await exportModel(out, weights, { ...files, readme }, /** @type {'f16'} */ (dtype));
    Object.assign(result, { stored });
  }
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  engine.dispose();
}

if (values.help) process.stdout.write(usage);
else
  await main().catch((error) => {
    process.stderr.write(`shakespeare: ${error.message}\n`);
    process.exitCode = 1;
  });
