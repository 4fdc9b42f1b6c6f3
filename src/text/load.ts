// The way to a tokenizer.  What it is made of is imported when the first one is loaded: who works with tensors or ids
// never waits for it.
import type { Tokenizer } from './tokenizer.js';

/**
 * Builds a tokenizer from the contents of tokenizer.json and, where there is one, tokenizer_config.json
 * (merge an old repository's special_tokens_map.json into it), as text or parsed.  A truncation or
 * padding that was saved into tokenizer.json is ignored: length is the caller's decision.
 * @throws TokenizerError
 */
export async function loadTokenizer(
  tokenizerJson: unknown,
  tokenizerConfig: unknown = {},
): Promise<Tokenizer> {
  const { buildTokenizer } = await import('./huggingface.js');
  return buildTokenizer(tokenizerJson, tokenizerConfig);
}
