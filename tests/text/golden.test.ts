// Ids and texts of real tokenizers, against those of Hugging Face's Rust library.

import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { loadChatTemplate } from '../../src/text/chat.js';
import { Detokenizer } from '../../src/text/detokenizer.js';
import { buildTokenizer } from '../../src/text/huggingface.js';
import type { Tokenizer } from '../../src/text/tokenizer.js';
import { describeShared, readShared, sharedPath } from '../shared.js';

interface Case {
  text: string;
  ids: number[];
  ids_without_special: number[];
  decoded: string;
}

function load(folder: string): Tokenizer {
  const config = `${folder}/tokenizer_config.json`;
  return buildTokenizer(
    readShared(`${folder}/tokenizer.json`),
    existsSync(sharedPath(config)) ? readShared(config) : {},
  );
}

/**
 * Where the JavaScript library is known to differ, with the ids that it gives instead: U+0085 is white
 * space in Rust, which T5's tokenizer drops; here it is a character, and an unknown one (2).
 */
const DIFFERENCES: Record<string, Record<string, number[]>> = {
  't5-base': { '\0\x01control\x7f chars\x85': [3, 2, 15247, 3, 4059, 7, 2, 1] },
};

// [vocabSize, modelMaxLength, special]
const FACTS: Record<string, [number, number | undefined, object]> = {
  'bert-base-uncased': [30522, undefined, { unk: 100, cls: 101, sep: 102, pad: 0, mask: 103 }],
  gpt2: [50257, 1024, { bos: 50256, eos: 50256, unk: 50256 }],
  'phi-3-mini': [32011, 4096, { bos: 1, eos: 32000, unk: 0, pad: 32000 }],
  't5-base': [32100, 512, { eos: 1, unk: 2, pad: 0 }],
};

/** Pieces joined give the text, and no piece ends inside a character. */
function expectStreams(tokenizer: Tokenizer, ids: number[], decoded: string): void {
  const detokenizer = new Detokenizer(tokenizer);
  const pieces = [...ids.map((id) => detokenizer.push(id)), detokenizer.flush()];
  expect(pieces.join('')).toBe(decoded);
  for (const piece of pieces) expect(piece).not.toMatch(/\ufffd|[\ud800-\udbff]$/);
}

for (const name of Object.keys(FACTS)) {
  describeShared(name, `tokenizers/${name}`, () => {
    const tokenizer = load(`tokenizers/${name}`);
    const { encode: cases } = JSON.parse(readShared(`tokenizers/${name}/golden.json`)) as { encode: Case[] };
    const differences = new Map(Object.entries(DIFFERENCES[name] ?? {}));

    test('has its cases, and the differences are among them', () => {
      expect(cases.length).toBe(30);
      expect(cases.filter(({ text }) => differences.has(text)).length).toBe(differences.size);
    });

    test.each(cases)('$text', ({ text, ids, ids_without_special: plain, decoded }) => {
      const difference = differences.get(text);
      expect(tokenizer.encode(text).ids).toEqual(difference ?? ids);
      if (!difference) expect(tokenizer.encode(text, { addSpecialTokens: false }).ids).toEqual(plain);
      expect(tokenizer.decode(plain)).toBe(decoded);
      expect(tokenizer.decode(ids)).toBe(decoded);
      expectStreams(tokenizer, plain, decoded);
    });

    test('roles and sizes', () => {
      const { vocabSize, modelMaxLength, special } = tokenizer;
      expect([vocabSize, modelMaxLength, special]).toEqual(FACTS[name]);
    });
  });
}

describeShared('stories260K', 'models/stories260K', () => {
  const tokenizer = load('models/stories260K');
  const golden = JSON.parse(readShared('models/stories260K/golden.json')) as {
    encode: { text: string; ids: number[] }[];
    greedy: { prompt: string; prompt_ids: number[]; continuation_ids: number[]; text: string }[];
  };

  test.each(golden.encode)('$text', ({ text, ids }) => {
    expect(tokenizer.encode(text).ids).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(text);
  });

  test.each(golden.greedy)(
    'generated after "$prompt"',
    ({ prompt, prompt_ids: context, continuation_ids: ids, text }) => {
      expect(tokenizer.encode(prompt).ids).toEqual(context);
      expect(tokenizer.decode([...context, ...ids])).toBe(text);
      const detokenizer = new Detokenizer(tokenizer, { context });
      const streamed = [...ids.map((id) => detokenizer.push(id)), detokenizer.flush()].join('');
      expect(prompt + streamed).toBe(text);
    },
  );
});

describeShared('chat template of phi-3-mini', 'tokenizers/phi-3-mini', () => {
  test('gives the ids of the golden prompt', async () => {
    const template = await loadChatTemplate(readShared('tokenizers/phi-3-mini/tokenizer_config.json'));
    const prompt = template!.render([{ role: 'user', content: 'Hi' }]);
    expect(prompt).toBe('<|user|>\nHi<|end|>\n<|assistant|>\n');
    const { encode } = JSON.parse(readShared('tokenizers/phi-3-mini/golden.json')) as { encode: Case[] };
    const ids = load('tokenizers/phi-3-mini').encode(prompt, { addSpecialTokens: false }).ids;
    expect(ids).toEqual(encode.find((c) => c.text === prompt)!.ids_without_special);
  });
});
