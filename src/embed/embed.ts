// Texts to vectors: batches of similar length, one pass of the model each, pooling by the mask.
// A text's vector is the same bits alone, in any batch and however it is padded.
import { ArgumentError } from '../errors.js';
import { DecoderModel, type EncoderModel } from '../models/base.js';
import { normalize as unitLength } from '../ops/norm.js';
import { type PoolMode, pool } from '../ops/pool.js';
import { pause } from '../pause.js';
import { expectCount } from '../tensor/shape.js';
import { noGrad } from '../tensor/tape.js';
import { Tensor } from '../tensor/tensor.js';
import { padBatch } from '../text/batch.js';
import type { Encoding, Tokenizer } from '../text/tokenizer.js';
import { DEFAULT_SETTINGS, type EmbedSettings } from './sentence.js';

/** How texts become vectors; what is left out is as the checkpoint says. */
export interface EmbedOptions {
  /** How the states of a text's tokens become one vector; default what the repository says, else `mean`. */
  readonly pooling?: PoolMode;
  /** Scale vectors to length 1; default what the repository says, else not. */
  readonly normalize?: boolean;
  /** Texts in one pass of the model, default 32. */
  readonly batchSize?: number;
  /** The most tokens of a text, special ones included; default what repository, tokenizer and model allow. */
  readonly maxLength?: number;
  /** What happens to a longer text; default an error. */
  readonly truncate?: 'error' | 'right' | 'left';
  /** Looked at between batches; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Told after each batch how many texts are done. */
  readonly onProgress?: (progress: { done: number; total: number }) => void;
}

/**
 * One vector (D) a text, in the order of the texts.
 * @throws ArgumentError for an empty text, which has no meaning to embed; TokenizerError for one too long
 */
export async function embed(
  model: EncoderModel | DecoderModel,
  tokenizer: Tokenizer,
  texts: readonly string[],
  options: EmbedOptions = {},
  settings: EmbedSettings = DEFAULT_SETTINGS,
): Promise<Float32Array[]> {
  const { pooling = settings.pooling, normalize = settings.normalize, batchSize = 32, signal } = options;
  expectCount(batchSize, 'batchSize');
  const encodings = encodeAll(model, tokenizer, texts, options, settings);
  // Texts of similar length go together: short ones are not padded to the longest of all.
  const order = texts.map((_, i) => i).sort((a, b) => encodings[a].ids.length - encodings[b].ids.length);
  const vectors = new Array<Float32Array>(texts.length);
  for (let at = 0; at < order.length; at += batchSize) {
    signal?.throwIfAborted();
    const batch = order.slice(at, at + batchSize);
    const rows = embedBatch(
      model,
      batch.map((i) => encodings[i]),
      tokenizer.special.pad ?? 0,
      { pooling, normalize },
    );
    batch.forEach((text, row) => {
      vectors[text] = rows[row];
    });
    options.onProgress?.({ done: at + batch.length, total: texts.length });
    await pause();
  }
  signal?.throwIfAborted();
  return vectors;
}

function encodeAll(
  model: EncoderModel | DecoderModel,
  tokenizer: Tokenizer,
  texts: readonly string[],
  { maxLength, truncate }: EmbedOptions,
  settings: EmbedSettings,
): Encoding[] {
  const limits = [maxLength, settings.maxLength, tokenizer.modelMaxLength, model.config.maxPositions];
  const limit = Math.min(...limits.filter((n) => n !== undefined));
  return texts.map((text, i) => {
    if (text === '') throw new ArgumentError(`texts[${i}] is empty`);
    const encoding = tokenizer.encode(text, { maxLength: limit, truncate });
    if (encoding.ids.length === 0) throw new ArgumentError(`texts[${i}] has no tokens`);
    return encoding;
  });
}

function embedBatch(
  model: EncoderModel | DecoderModel,
  encodings: readonly Encoding[],
  padId: number,
  { pooling, normalize }: EmbedSettings,
): Float32Array[] {
  const { arena } = model;
  const { shape, ids, attentionMask, typeIds } = padBatch(encodings, padId);
  return noGrad(arena, () =>
    arena.scope(() => {
      const inputIds = Tensor.from(arena, ids, shape, 'i32');
      const mask = Tensor.from(arena, attentionMask, shape, 'bool');
      const { lastHiddenState } =
        model instanceof DecoderModel
          ? model.forward(inputIds, { attentionMask: mask, logits: 'none' })
          : model.forward(inputIds, {
              attentionMask: mask,
              tokenTypeIds: Tensor.from(arena, typeIds, shape, 'i32'),
            });
      const pooled = pool(lastHiddenState, mask, pooling);
      const all = (normalize ? unitLength(pooled) : pooled).toArray() as Float32Array;
      const D = all.length / shape[0];
      return Array.from({ length: shape[0] }, (_, row) => all.slice(row * D, (row + 1) * D));
    }),
  );
}
