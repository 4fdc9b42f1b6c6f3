/** Trained weights as a model folder in the Hugging Face layout. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { F, writeSafetensors } from '../../../dist/node.js';
import { tensorBytes } from './checkpoint.mjs';

/**
 * @typedef {object} Files what a model folder holds, apart from the weights
 * @property {unknown} config of config.json
 * @property {unknown} [tokenizer] of tokenizer.json
 * @property {unknown} [tokenizerConfig] of tokenizer_config.json
 * @property {unknown} [generationConfig] of generation_config.json
 * @property {string} [curve] an SVG
 * @property {string} [readme]
 */

/**
 * @param {string} folder made if it is not there
 * @param {ReadonlyMap<string, import('../../../dist/node.js').Tensor>} weights under the checkpoint's names, f32
 * @param {Files} files
 * @param {'f32' | 'f16' | 'bf16'} [dtype] what the weights are stored as
 */
export async function exportModel(folder, weights, files, dtype = 'f32') {
  const stored = [...weights].map(
    ([name, t]) => /** @type {const} */ ([name, t.arena.scope(() => tensorBytes(F.to(t, dtype)))]),
  );
  const json = (/** @type {unknown} */ value) =>
    value === undefined ? undefined : `${JSON.stringify(value, null, 2)}\n`;
  /** @type {Record<string, string | Uint8Array | undefined>} */
  const contents = {
    'model.safetensors': writeSafetensors(stored, [['format', 'pt']]),
    'config.json': json(files.config),
    'tokenizer.json': json(files.tokenizer),
    'tokenizer_config.json': json(files.tokenizerConfig),
    'generation_config.json': json(files.generationConfig),
    'training-curve.svg': files.curve,
    'README.md': files.readme,
  };
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(contents))
    if (content !== undefined) await writeFile(join(folder, name), content);
}
