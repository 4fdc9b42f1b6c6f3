import { describe, expect, test } from '@jest/globals';
import { ArgumentError, TokenizerError } from '../../src/errors.js';
import { encodeBatch, padBatch } from '../../src/text/batch.js';
import { buildTokenizer } from '../../src/text/huggingface.js';
import { byteLevel, wordPiece } from './tiny.js';

const bert = buildTokenizer(wordPiece());

describe('encodeBatch', () => {
  test('pads to the longest row, with a mask', () => {
    const batch = encodeBatch(bert, ['the dog', ['s', 'un dog'], '']);
    expect(batch.shape).toEqual([3, 6]);
    expect(batch.lengths).toEqual([4, 6, 2]);
    expect([...batch.ids]).toEqual([2, 7, 8, 3, 0, 0, 2, 11, 3, 12, 8, 3, 2, 3, 0, 0, 0, 0]);
    expect([...batch.attentionMask]).toEqual([1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
    expect([...batch.typeIds]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
    expect([batch.ids, batch.attentionMask, batch.typeIds].map((a) => a.constructor)).toEqual([
      Int32Array,
      Uint8Array,
      Int32Array,
    ]);
  });

  test('on the left, to a length, to a multiple', () => {
    const left = encodeBatch(bert, ['the', 'the dog'], { padding: { side: 'left' } });
    expect([...left.ids]).toEqual([0, 2, 7, 3, 2, 7, 8, 3]);
    expect([...left.attentionMask]).toEqual([0, 1, 1, 1, 1, 1, 1, 1]);
    expect(encodeBatch(bert, ['the'], { padding: { length: 5 } }).shape).toEqual([1, 5]);
    expect(encodeBatch(bert, ['the'], { padding: { multipleOf: 8 } }).shape).toEqual([1, 8]);
    expect(encodeBatch(bert, ['the'], { padding: { length: 9, multipleOf: 8 } }).shape).toEqual([1, 16]);
  });

  test("with the tokenizer's own padding token, or 0", () => {
    const gpt = buildTokenizer(byteLevel(), { pad_token: '<|end|>' });
    expect([...encodeBatch(gpt, ['ab', 'a']).ids]).toEqual([97, 98, 97, 261]);
    expect([...encodeBatch(buildTokenizer(byteLevel()), ['ab', 'a']).ids]).toEqual([97, 98, 97, 0]);
  });

  test('truncates each row, or refuses', () => {
    const texts = ['the dog the dog', 'the'];
    expect(encodeBatch(bert, texts, { maxLength: 4, truncate: 'right' }).shape).toEqual([2, 4]);
    expect(() => encodeBatch(bert, texts, { maxLength: 4 })).toThrow(TokenizerError);
  });

  test('no texts, and texts of no tokens', () => {
    expect(encodeBatch(bert, []).shape).toEqual([0, 0]);
    expect(encodeBatch(buildTokenizer(byteLevel()), ['', '']).shape).toEqual([2, 0]);
  });

  test('a length below the longest row, or a multiple that is none', () => {
    const rows = [bert.encode('the dog')];
    for (const length of [3, -1, 4.5, Number.NaN])
      expect(() => padBatch(rows, 0, { length })).toThrow(ArgumentError);
    for (const multipleOf of [0, -8, 1.5])
      expect(() => padBatch(rows, 0, { multipleOf })).toThrow(ArgumentError);
  });
});
