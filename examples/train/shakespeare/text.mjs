/** Where the text is: it is not part of this repository. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const DEFAULT_TEXT = fileURLToPath(
  new URL('../../../../shared/data/tinyshakespeare/input.txt', import.meta.url),
);

/** @param {string} path @returns {Promise<string>} @throws {Error} that says where to get it */
export async function readCorpus(path) {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Error(
      `${path} cannot be read. It is data/tinyshakespeare/input.txt of github.com/karpathy/char-rnn; give its place with --text`,
      { cause },
    );
  }
}
