// One pass of a model for somebody elsewhere: texts or ids go in, plain arrays come out.
import { ArgumentError } from '../errors.js';
import { DecoderModel, EncoderModel } from '../models/base.js';
import type { Pretrained } from '../pretrained.js';
import { noGrad } from '../tensor/tape.js';
import { Tensor } from '../tensor/tensor.js';
import { type Batch, encodeBatch, padBatch } from '../text/batch.js';
import type { Tokenizer } from '../text/tokenizer.js';
import type { Forwarded, ForwardOptions, Input, Values } from './protocol.js';

/** @throws ArgumentError */
export function forward(
  { model, tokenizer }: Pretrained,
  input: Input,
  { addSpecialTokens, logits, ...trace }: ForwardOptions,
): Forwarded {
  const batch = batchOf(tokenizer, input, addSpecialTokens);
  const { shape, ids, attentionMask, typeIds } = batch;
  const { arena } = model;
  const pass = () => {
    const inputIds = Tensor.from(arena, ids, shape, 'i32');
    const options = { ...trace, attentionMask: Tensor.from(arena, attentionMask, shape, 'bool') };
    if (model instanceof DecoderModel) return model.forward(inputIds, { ...options, logits });
    if (model instanceof EncoderModel)
      return model.forward(inputIds, { ...options, tokenTypeIds: Tensor.from(arena, typeIds, shape, 'i32') });
    throw new ArgumentError(`a ${model.config.modelType} model has no pass over one sequence alone`);
  };
  return noGrad(arena, () =>
    arena.scope(() => {
      const output: ReturnType<typeof pass> & { poolerOutput?: Tensor; logits?: Tensor } = pass();
      return {
        shape,
        inputIds: ids,
        attentionMask,
        lastHiddenState: values(output.lastHiddenState),
        ...(output.hiddenStates && { hiddenStates: output.hiddenStates.map(values) }),
        ...(output.attentions && { attentions: output.attentions.map(values) }),
        ...(output.poolerOutput && { poolerOutput: values(output.poolerOutput) }),
        ...(output.logits && logits !== 'none' && { logits: values(output.logits) }),
      };
    }),
  );
}

function values(t: Tensor): Values {
  return { shape: t.shape, data: t.toArray() as Float32Array };
}

function batchOf(tokenizer: Tokenizer | null, input: Input, addSpecialTokens?: boolean): Batch {
  if (!Array.isArray(input) || input.length === 0)
    throw new ArgumentError('input must be a text, or texts or rows of ids, at least one');
  const isText = (row: unknown): row is string => typeof row === 'string';
  if (input.every(isText)) {
    if (!tokenizer) throw new ArgumentError('this model came without a tokenizer: give ids instead of texts');
    return encodeBatch(tokenizer, input, { addSpecialTokens });
  }
  if (!input.every((row) => Array.isArray(row) && row.every(Number.isInteger)))
    throw new ArgumentError('input must be texts only, or rows of integer ids only');
  const rows = (input as number[][]).map((ids) => ({ ids, typeIds: ids.map(() => 0), dropped: 0 }));
  return padBatch(rows, tokenizer?.special.pad ?? 0);
}
