/** Held-out figures of a model folder, as it is stored. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createEngine, fromPretrained, noGrad } from '../../../dist/node.js';
import { Characters } from './data.mjs';
import { heldOutLoss } from './task.mjs';
import { DEFAULT_TEXT, readCorpus } from './text.mjs';

/**
 * Loss in nats a character over the whole validation part, read by the folder's own tokenizer.
 * @param {string} folder
 * @param {{ text?: string }} [options]
 */
export async function evaluateFolder(folder, { text = DEFAULT_TEXT } = {}) {
  const corpus = await readCorpus(text);
  const engine = await createEngine();
  const { model, tokenizer, config } = await fromPretrained(engine, folder);
  const data = new Characters(corpus);
  // The split is by characters; that the tokenizer numbers them as training did is checked, not assumed.
  const sample = corpus.slice(-10_000);
  const ids = tokenizer?.encode(sample).ids ?? [];
  if (ids.join() !== data.validation.subarray(-ids.length).join())
    throw new Error(`${folder}: tokenizer.json numbers characters differently from the training text`);
  const decoder = /** @type {import('../../../dist/node.js').DecoderModel} */ (model);
  const context = Number(config.n_positions);
  const validation = noGrad(engine.arena, () => heldOutLoss(decoder, data.validation, context));
  const parameters = model.parameters().reduce((n, p) => n + p.numel, 0);
  const { size } = await stat(join(folder, 'model.safetensors'));
  engine.dispose();
  return { validation, characters: data.validation.length, context, parameters, bytes: size };
}
