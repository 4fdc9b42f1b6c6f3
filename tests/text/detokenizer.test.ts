import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { Detokenizer } from '../../src/text/detokenizer.js';
import { buildTokenizer } from '../../src/text/huggingface.js';
import type { Tokenizer } from '../../src/text/tokenizer.js';
import { byteFallback, byteLevel, unigram, wordPiece } from './tiny.js';

const gpt = buildTokenizer(byteLevel());
const llama = buildTokenizer(byteFallback());

function stream(tokenizer: Tokenizer, ids: readonly number[], context: readonly number[] = []): string[] {
  const detokenizer = new Detokenizer(tokenizer, { context });
  return [...ids.map((id) => detokenizer.push(id)), detokenizer.flush()];
}

const HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\ufffd/;

describe('Detokenizer', () => {
  test('holds a character back until all of its bytes are there', () => {
    expect(stream(gpt, [97, 260, 0x99, 0x82, 98])).toEqual(['a', '', '', '🙂', 'b', '']);
    expect(stream(llama, [262, ...[0xe6, 0x97, 0xa5].map((b) => b + 3)])).toEqual(['a', '', '', '日', '']);
  });

  test('an unfinished character comes out at the end, as U+FFFD', () => {
    expect(stream(gpt, [97, 0xe6, 0x97])).toEqual(['a', '', '', '\ufffd']);
    expect(stream(gpt, [0xe6, 97])).toEqual(['', '\ufffda', '']);
    // A U+FFFD that the model itself wrote is text like any other.
    expect(stream(gpt, [0xef, 0xbf, 0xbd, 97]).join('')).toBe('\ufffda');
  });

  test('flush does not repeat itself', () => {
    const detokenizer = new Detokenizer(gpt);
    detokenizer.push(0xe6);
    expect([detokenizer.flush(), detokenizer.flush()]).toEqual(['\ufffd', '']);
  });

  test('keeps the spaces that a decoder drops at the start of a text', () => {
    expect(stream(llama, [262, 262])).toEqual(['a', ' a', '']);
    // After a prompt the first new token begins no text.
    expect(stream(llama, [262], [1, 262])).toEqual([' a', '']);
    expect(stream(llama, [262], [1])).toEqual(['a', '']);
    // Special tokens between words are no context at all.
    expect(stream(llama, [262, 2, 2, 2, 262])).toEqual(['a', '', '', '', ' a', '']);
    // Nor are ids that the vocabulary does not have, however many.
    expect(stream(llama, [262, ...Array(40).fill(99_999), 262]).join('')).toBe('a a');
    expect(stream(llama, [262], [262, ...Array(40).fill(99_999)])).toEqual([' a', '']);
  });

  test('shows special tokens when asked to', () => {
    const detokenizer = new Detokenizer(gpt, { skipSpecialTokens: false });
    expect([97, 261, 98].map((id) => detokenizer.push(id))).toEqual(['a', '<|end|>', 'b']);
  });

  test('a long run of invalid bytes neither stalls nor grows', () => {
    const decode = jest.spyOn(gpt, 'decode');
    const pieces = stream(gpt, Array(500).fill(0x80));
    const windows = decode.mock.calls.map(([ids]) => [...ids].length);
    decode.mockRestore();
    expect(pieces.join('')).toBe('\ufffd'.repeat(500));
    expect(pieces.slice(0, 100).join('').length).toBeGreaterThanOrEqual(98);
    expect(windows.length).toBeGreaterThan(500);
    expect(Math.max(...windows)).toBeLessThan(40);
  });

  const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((s) => s.replaceAll('\ufeff', ''));

  test.each([
    ['byte-level', gpt],
    ['byte fallback', llama],
  ])('%s: any text comes out whole, in pieces without half characters', (_, tokenizer) => {
    fc.assert(
      fc.property(text, (s) => {
        const { ids } = tokenizer.encode(s);
        const pieces = stream(tokenizer, ids);
        expect(pieces.join('')).toBe(tokenizer.decode(ids));
        if (!HALF.test(s)) for (const piece of pieces) expect(piece).not.toMatch(HALF);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['byte-level', gpt, fc.oneof(fc.nat(261), fc.integer({ min: 0x80, max: 0xf7 }))],
    [
      'byte fallback',
      llama,
      fc.oneof(fc.nat(263), fc.integer({ min: 0x83, max: 0xfa }), fc.integer({ min: 259, max: 263 })),
    ],
    ['Unigram', buildTokenizer(unigram()), fc.nat(9)],
    ['WordPiece', buildTokenizer(wordPiece()), fc.nat(8)],
  ])('%s: any ids at all, after any context', (_, tokenizer, id) => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 80 }), fc.array(id, { maxLength: 40 }), (ids, context) => {
        const before = tokenizer.decode(context);
        const after = tokenizer.decode([...context, ...ids]);
        // Where the context itself ends inside a character, the new text does not continue the old one.
        fc.pre(after.startsWith(before) && !before.endsWith('\ufffd') && !after.includes('\ufeff'));
        expect(stream(tokenizer, ids, context).join('')).toBe(after.slice(before.length));
      }),
      { numRuns: 1000 },
    );
  });
});
