// Small whole repositories: a made checkpoint and a tokenizer of single characters.

import type { Source } from '../../src/io/source.js';
import { memorySource } from '../../src/io/source-memory.js';
import {
  type Config,
  filesOf,
  GATED,
  gatedShapes,
  makeCheckpoint,
  ROBERTA,
  robertaShapes,
} from './make-checkpoint.js';

const LETTERS = [...' abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,!?'];

/** `<s>` 0, `</s>` 1, `<pad>` 2, `<unk>` 3, then one token a letter. */
export const VOCAB = ['<s>', '</s>', '<pad>', '<unk>', ...LETTERS];

export const idOf = (letter: string): number => VOCAB.indexOf(letter);

/** @param around whether `<s>` and `</s>` go around a text, as encoders want it, `bos` for `<s>` alone */
export function tokenizerFiles(around: 'both' | 'bos' | 'none'): [string, string][] {
  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const single = [
    ...(around === 'none' ? [] : [special('<s>')]),
    { Sequence: { id: 'A', type_id: 0 } },
    ...(around === 'both' ? [special('</s>')] : []),
  ];
  const known = Object.fromEntries(
    ['<s>', '</s>'].map((t) => [t, { id: t, ids: [VOCAB.indexOf(t)], tokens: [t] }]),
  );
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: VOCAB.slice(0, 4).map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: null,
    post_processor: { type: 'TemplateProcessing', single, pair: single, special_tokens: known },
    decoder: { type: 'Fuse' },
    model: {
      type: 'BPE',
      unk_token: '<unk>',
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(VOCAB.map((t, i) => [t, i])),
      merges: [],
    },
  };
  const config = { bos_token: '<s>', eos_token: '</s>', pad_token: '<pad>', unk_token: '<unk>' };
  return [
    ['tokenizer.json', JSON.stringify(tokenizer)],
    ['tokenizer_config.json', JSON.stringify(config)],
  ];
}

type Extra = readonly (readonly [string, unknown])[];

const texts = (extra: Extra): [string, string][] =>
  extra.map(([file, content]) => [file, typeof content === 'string' ? content : JSON.stringify(content)]);

export interface Tiny {
  config?: Config;
  around?: 'bos' | 'none';
  extra?: Extra;
}

export type TinyFiles = (readonly [string, Uint8Array | string])[];

export function tinyDecoderFiles({ config = {}, around = 'bos', extra = [] }: Tiny = {}): TinyFiles {
  const all = { ...GATED, ...config };
  const files = filesOf(makeCheckpoint(all, gatedShapes(all), 31));
  return [...files, ...tokenizerFiles(around), ...texts(extra)];
}

export function tinyEncoderFiles({ config = {}, extra = [] }: Omit<Tiny, 'around'> = {}): TinyFiles {
  const all = { ...ROBERTA, pad_token_id: 2, ...config };
  const files = filesOf(makeCheckpoint(all, robertaShapes(all, true), 13));
  return [...files, ...tokenizerFiles('both'), ...texts(extra)];
}

/** A Llama that has learned nothing. */
export function tinyDecoder(options?: Tiny): Source {
  return memorySource(tinyDecoderFiles(options), 'tiny decoder');
}

/** A RoBERTa that has learned nothing. */
export function tinyEncoder(options?: Omit<Tiny, 'around'>): Source {
  return memorySource(tinyEncoderFiles(options), 'tiny encoder');
}
