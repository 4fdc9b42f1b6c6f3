// Tensors made larger at their borders, or smaller.
import { ArgumentError } from '../errors.js';
import { show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { flip } from './slice.js';
import { cat, expand, narrow } from './view.js';

/** With what to fill. */
export interface PadOptions {
  /** default `constant`; the others repeat x: mirrored without its border, its border alone, in a circle */
  mode?: 'constant' | 'reflect' | 'replicate' | 'circular';
  /** what `constant` writes; default 0 (raw bits for f16 and bf16) */
  value?: number;
}

/**
 * `torch.nn.functional.pad`: `pad` holds (before, after) for the last dimension, then for the one before
 * it, and so on; a negative number takes entries away.  Any dtype.
 * @throws ArgumentError if pad names more dimensions than there are, or more than a mode can repeat
 */
export function pad(
  x: Tensor,
  pad: readonly number[],
  { mode = 'constant', value = 0 }: PadOptions = {},
): Tensor {
  if (pad.length % 2 !== 0 || pad.length > 2 * x.rank || !pad.every(Number.isInteger))
    throw new ArgumentError(
      `pad must hold two integers for each of at most ${x.rank} dimensions, got ${show(pad)}`,
    );
  return x.arena.scope(() => {
    let y = x;
    for (let i = 0; i < pad.length; i += 2) {
      const d = x.rank - 1 - i / 2;
      const [before, after] = [pad[i], pad[i + 1]];
      y = narrowBy(y, d, Math.max(0, -before), Math.max(0, -after));
      if (before > 0 || after > 0) y = bordered(y, d, Math.max(0, before), Math.max(0, after), mode, value);
    }
    return y === x ? x.alias() : y;
  });
}

function narrowBy(x: Tensor, d: number, before: number, after: number): Tensor {
  return before === 0 && after === 0 ? x : narrow(x, d, before, x.shape[d] - before - after);
}

function bordered(
  x: Tensor,
  d: number,
  before: number,
  after: number,
  mode: Required<PadOptions>['mode'],
  value: number,
): Tensor {
  const n = x.shape[d];
  const sized = (length: number): number[] => x.shape.map((size, i) => (i === d ? length : size));
  const piece = {
    constant: (length: number) => expand(Tensor.from(x.arena, [value], [], x.dtype), sized(length)),
    replicate: (length: number, end: number) => expand(narrow(x, d, end * (n - 1), 1), sized(length)),
    reflect: (length: number, end: number) => flip(narrow(x, d, end ? n - 1 - length : 1, length), [d]),
    circular: (length: number, end: number) => narrow(x, d, end ? 0 : n - length, length),
  }[mode];
  if (!piece)
    throw new ArgumentError(
      `mode must be constant, reflect, replicate or circular, got ${JSON.stringify(mode)}`,
    );
  const most = { constant: Infinity, replicate: n > 0 ? Infinity : 0, reflect: n - 1, circular: n }[mode];
  if (Math.max(before, after) > most)
    throw new ArgumentError(
      `pad: dimension ${d} of ${show(x.shape)} can be padded by at most ${Math.max(0, most)} in mode ${mode}, got ${Math.max(before, after)}`,
    );
  return cat([piece(before, 0), x, piece(after, 1)], d);
}
