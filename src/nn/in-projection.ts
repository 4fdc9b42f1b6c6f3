// Query, key and value from one stacked weight: as few products as the inputs allow.
import { linear } from '../ops/linear.js';
import { PanelMatrix } from '../ops/panel-matrix.js';
import { narrow, split } from '../ops/view.js';
import type { Weight } from '../ops/weight.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * Query, key and value (*, E each) of weight (3 E, E), whose rows belong to the query, then the key, then the
 * value; inputs that are one and the same tensor share a product.
 */
export function projectInputs(
  [query, key, value]: readonly [Tensor, Tensor, Tensor],
  weight: Weight,
  bias: Tensor | null,
): Tensor[] {
  const E = weight.shape[1];
  if (query === key && key === value) return split(linear(query, weight, bias), E, -1);
  const q = linearRows(query, weight, bias, 0, E);
  if (key === value) return [q, ...split(linearRows(key, weight, bias, E, 2 * E), E, -1)];
  return [q, linearRows(key, weight, bias, E, E), linearRows(value, weight, bias, 2 * E, E)];
}

/** x Wᵀ + b for rows [start, start + length) of W: (*, K) -> (*, length), possibly strided. */
export function linearRows(
  x: Tensor,
  weight: Weight,
  bias: Tensor | null,
  start: number,
  length: number,
): Tensor {
  const biasOf = (first: number, n: number): Tensor | null => bias && narrow(bias, 0, first, n);
  if (!(weight instanceof PanelMatrix))
    return linear(x, narrow(weight, 0, start, length), biasOf(start, length));
  // A packed matrix is cut between panels: a few columns too many on either side, and the same bits.
  const width = weight.arena.panelWidth;
  const first = start - (start % width);
  const end = Math.min(weight.N, Math.ceil((start + length) / width) * width);
  const y = linear(x, weight.rows(first, end), biasOf(first, end - first));
  return narrow(y, -1, start - first, length);
}
