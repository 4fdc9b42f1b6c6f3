// The door of nn.MultiheadAttention.
import { ShapeError } from '../errors.js';
import { expectDType } from '../ops/util.js';
import { show } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * query, key and value are all with or all without a batch, have the given last sizes and one batch size, and
 * there are as many values as keys.
 * @throws ShapeError, DTypeError
 */
export function checkInputs(
  inputs: readonly [query: Tensor, key: Tensor, value: Tensor],
  sizes: readonly [embedDim: number, kdim: number, vdim: number],
  batchFirst: boolean,
): void {
  const [query, key, value] = inputs;
  const { rank } = query;
  const lengths = rank === 2 ? 'length' : batchFirst ? 'batch, length' : 'length, batch';
  ['query', 'key', 'value'].forEach((name, i) => {
    const t = inputs[i];
    expectDType(t, name, 'f32');
    if ((rank !== 2 && rank !== 3) || t.rank !== rank || t.shape[rank - 1] !== sizes[i])
      throw new ShapeError(
        `${name} must be (${lengths}, ${['embedDim', 'kdim', 'vdim'][i]} = ${sizes[i]})` +
          `${i > 0 ? ' like the query' : ''}, got ${show(t.shape)}`,
      );
  });
  const [batch, length] = batchFirst || rank === 2 ? [0, rank - 2] : [1, 0];
  const oneBatch = rank === 2 || inputs.every((t) => t.shape[batch] === query.shape[batch]);
  if (!oneBatch || key.shape[length] !== value.shape[length])
    throw new ShapeError(
      `query ${show(query.shape)}, key ${show(key.shape)} and value ${show(value.shape)} do not fit: ` +
        `they need one batch size, and as many values as keys`,
    );
}
