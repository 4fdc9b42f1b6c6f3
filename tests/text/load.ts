// loadTokenizer() without the wait for the library, for tests of what it gives.
import * as library from '@huggingface/tokenizers';
import { buildTokenizer } from '../../src/text/load.js';
import type { Tokenizer } from '../../src/text/tokenizer.js';

export function loadTokenizer(tokenizerJson: unknown, tokenizerConfig?: unknown): Tokenizer {
  return buildTokenizer(library, tokenizerJson, tokenizerConfig);
}
