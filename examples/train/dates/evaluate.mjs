/** Held-out figures of a model folder, as it is stored. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createEngine, fromPretrained } from '../../../dist/node.js';
import { exactMatch, HELD_OUT_SEED } from './task.mjs';

const DATES = 5000;

/**
 * The share of new dates that come out exactly, read by the folder's own tokenizer and written greedily.
 * @param {string} folder
 */
export async function evaluateFolder(folder) {
  const engine = await createEngine();
  const { model, tokenizer } = await fromPretrained(engine, folder);
  if (!tokenizer) throw new Error(`${folder} has no tokenizer.json`);
  const seq2seq = /** @type {import('../../../dist/node.js').Seq2SeqModel} */ (model);
  const start = performance.now();
  const { exact, wrong } = exactMatch(seq2seq, (text) => tokenizer.encode(text).ids, DATES, HELD_OUT_SEED);
  const seconds = (performance.now() - start) / 1000;
  const parameters = model.parameters().reduce((n, p) => n + p.numel, 0);
  const { size } = await stat(join(folder, 'model.safetensors'));
  engine.dispose();
  return {
    exact,
    dates: DATES,
    seed: HELD_OUT_SEED,
    wrong: wrong.slice(0, 20),
    seconds,
    parameters,
    bytes: size,
  };
}
