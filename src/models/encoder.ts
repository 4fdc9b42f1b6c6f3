// The way through an encoder that BERT and its relatives share: embeddings, layers, what was asked for.
import { ArgumentError } from '../errors.js';
import type { AttentionOptions } from '../ops/attention.js';
import { Tensor } from '../tensor/tensor.js';
import type { WithMap } from './attention.js';
import type { EncoderModel, EncoderOptions, EncoderOutput } from './base.js';
import { idsTensor, keyMask, maskRows, type Rows } from './input.js';
import { Trace } from './outputs.js';

export interface EncoderParts {
  /** (B, S) i32 -> (B, S, D) */
  embed(ids: Tensor): Tensor;
  layer(index: number, x: Tensor, attention: AttentionOptions, wantsMap: boolean): WithMap;
  /** (B, S, D) -> (B, D), where the model has a pooler */
  pool?: ((x: Tensor) => Tensor) | null;
}

/** @throws ShapeError, ArgumentError */
export function runEncoder(
  { arena, config }: EncoderModel,
  inputIds: Rows,
  options: EncoderOptions,
  { embed, layer, pool }: EncoderParts,
): EncoderOutput {
  return arena.scope(() => {
    const trace = new Trace(options, config.layers);
    const ids = idsTensor(arena, inputIds);
    const [B, S] = ids.shape;
    if (S > config.maxPositions)
      throw new ArgumentError(
        `a sequence of ${S} tokens is longer than this model's ${config.maxPositions} positions`,
      );
    const attention = { attnMask: keyMask(arena, maskRows(options.attentionMask, B, S), B) };
    const last = trace.through(embed(ids), (i, x, wantsMap) => layer(i, x, attention, wantsMap));
    trace.hidden(config.layers, last);
    return { lastHiddenState: last, ...(pool && { poolerOutput: pool(last) }), ...trace.take() };
  });
}

/** Positions 0, 1, ... for every row of ids (B, S): (1, S) i32. */
export function countFromZero(ids: Tensor): Tensor {
  const S = ids.shape[1];
  return Tensor.from(
    ids.arena,
    Int32Array.from({ length: S }, (_, s) => s),
    [1, S],
    'i32',
  );
}
