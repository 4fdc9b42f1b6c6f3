/** Held-out figures of a model folder, as it is stored. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createEngine, fromPretrained, Generator } from '../../../dist/node.js';
import { exactMatch } from './data.mjs';
import { HELD_OUT_SEED } from './task.mjs';
import { FIRST_ID } from './tokenizer.mjs';

/** Lengths of training, and beyond them. */
const LENGTHS = [5, 10, 12, 15, 20];
const LISTS = 1000;

/**
 * The share of lists that come out in order, greedily decoded, by length; 12 is the longest of training.
 * @param {string} folder
 */
export async function evaluateFolder(folder) {
  const engine = await createEngine();
  const { model, tokenizer } = await fromPretrained(engine, folder);
  // Training numbers tokens by hand; that the tokenizer does it the same way is checked, not assumed.
  if (tokenizer?.encode('0, 7 99').ids.join() !== [0, 7, 99].map((n) => n + FIRST_ID).join())
    throw new Error(`${folder}: tokenizer.json numbers its tokens differently from training`);
  const pointer = /** @type {import('../../../dist/node.js').PointerModel} */ (model);
  const start = performance.now();
  const exact = exactMatch(pointer, new Generator(HELD_OUT_SEED), LENGTHS, LISTS, FIRST_ID);
  const seconds = (performance.now() - start) / 1000;
  const parameters = model.parameters().reduce((n, p) => n + p.numel, 0);
  const { size } = await stat(join(folder, 'model.safetensors'));
  engine.dispose();
  return { ...exact, lists: LISTS, seed: HELD_OUT_SEED, seconds, parameters, bytes: size };
}
