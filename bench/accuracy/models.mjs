import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DEFAULT_TEXT, readCorpus } from '../../examples/train/shakespeare/text.mjs';

/**
 * The trained decoders there are, each with windows of text that it was not trained on or has written itself.
 * @typedef {{ name: string, folder: string, windows(encode: (text: string) => readonly number[]): Promise<number[][]> }} Trained
 */

const STORIES = fileURLToPath(new URL('../../../shared/models/stories260K', import.meta.url));
/** Windows of the validation part, evenly spread. */
const WINDOWS = 60;
const LENGTH = 128;

/** @type {readonly Trained[]} */
const ALL = [
  {
    name: 'shakespeare',
    folder: fileURLToPath(new URL('../../models/shakespeare', import.meta.url)),
    async windows(encode) {
      const text = await readCorpus(DEFAULT_TEXT);
      const held = text.slice(Math.floor(text.length * 0.9));
      const step = Math.floor((held.length - LENGTH) / WINDOWS);
      return Array.from({ length: WINDOWS }, (_, i) => [...encode(held.slice(i * step, i * step + LENGTH))]);
    },
  },
  {
    name: 'stories260K',
    folder: STORIES,
    async windows() {
      const { greedy } = JSON.parse(readFileSync(`${STORIES}/golden.json`, 'utf8'));
      return greedy.map(
        (
          /** @type {{ prompt_ids: number[], continuation_ids: number[] }} */ {
            prompt_ids,
            continuation_ids,
          },
        ) => [...prompt_ids, ...continuation_ids],
      );
    },
  },
];

/** Those whose model and text are here; the others are said to be skipped. */
export function trained() {
  return ALL.filter(({ name, folder }) => {
    const missing = [`${folder}/config.json`, name === 'shakespeare' ? DEFAULT_TEXT : folder].find(
      (f) => !existsSync(f),
    );
    if (missing) process.stderr.write(`SKIPPED: ${name}: ${missing} is not here\n`);
    return !missing;
  });
}
