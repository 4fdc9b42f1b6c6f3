// The checkpoints that the edge example serves in its test: a tiny BERT, with a tokenizer made here because it has
// none, and the shipped model that writes verse.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bert = fileURLToPath(new URL('../../../shared/conformance/checkpoints/bert', import.meta.url));

/** WordPiece over letters: any lower-case text has tokens in it. @param {number} vocabSize */
function letters(vocabSize) {
  const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
  const alphabet = Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + i));
  const tokens = [...special, ...alphabet, ...alphabet.map((c) => `##${c}`)].slice(0, vocabSize);
  const id = (token) => tokens.indexOf(token);
  const wrap = (token) => ({ SpecialToken: { id: token, type_id: 0 } });
  return {
    version: '1.0',
    added_tokens: special.map((content, i) => ({ id: i, content, special: true, normalized: false })),
    normalizer: { type: 'BertNormalizer', clean_text: true, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [wrap('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, wrap('[SEP]')],
      pair: [],
      special_tokens: Object.fromEntries(
        ['[CLS]', '[SEP]'].map((token) => [token, { id: token, ids: [id(token)], tokens: [token] }]),
      ),
    },
    decoder: { type: 'WordPiece', prefix: '##' },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tokens.map((token, i) => [token, i])),
    },
  };
}

/**
 * Lays out a folder as examples/edge/wrangler.jsonc wants it.
 * @param {string} folder made here @param {string} shipped the package's models
 * @returns {{ embedding: string, generation: string, model: string }} the folders, and what embeds
 */
export function layOutModels(folder, shipped) {
  const [embedding, generation] = [join(folder, 'embedding'), join(folder, 'generation')];
  mkdirSync(folder, { recursive: true });
  cpSync(join(shipped, 'shakespeare'), generation, { recursive: true });
  if (!existsSync(bert)) {
    cpSync(join(shipped, 'shakespeare'), embedding, { recursive: true });
    return { embedding, generation, model: 'shipped shakespeare' };
  }
  mkdirSync(embedding);
  for (const file of ['config.json', 'model.safetensors'])
    writeFileSync(join(embedding, file), readFileSync(join(bert, file)));
  const { vocab_size } = JSON.parse(readFileSync(join(bert, 'config.json'), 'utf8'));
  writeFileSync(join(embedding, 'tokenizer.json'), JSON.stringify(letters(vocab_size)));
  return { embedding, generation, model: 'conformance BERT' };
}
