// What goes into a model: token ids with their mask and positions, checked and brought into the arena.
import { ArgumentError, DTypeError, ShapeError } from '../errors.js';
import { expectShape } from '../ops/util.js';
import type { Arena } from '../tensor/arena.js';
import { type Shape, sameShape, show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

/** (B, S) integers: a tensor (i32; masks also bool or u8) or one array a row. */
export type Rows = Tensor | readonly ArrayLike<number>[];

/** Token, segment or position numbers of the same shape as the ids. @throws ShapeError, ArgumentError */
export function besideIds(ids: Tensor, rows: Rows, name: string): Tensor {
  const numbers = idsTensor(ids.arena, rows, name);
  expectShape(numbers, name, ids.shape);
  return numbers;
}

/** Ids (B, S) as an i32 tensor of this arena. @throws ShapeError if ragged or not (B, S), ArgumentError if empty */
export function idsTensor(arena: Arena, rows: Rows, name = 'inputIds'): Tensor {
  if (!(rows instanceof Tensor)) {
    const { values, shape } = flatten(rows, name);
    if (values.length === 0) throw new ArgumentError(`${name} of shape ${show(shape)} holds no tokens`);
    return Tensor.from(arena, values, shape, 'i32');
  }
  if (rows.arena !== arena) throw new ArgumentError(`${name} belongs to another engine than the model`);
  if (rows.dtype !== 'i32') throw new DTypeError(`${name} must be i32, got ${rows.dtype}`);
  if (rows.rank !== 2) throw new ShapeError(`${name} must be (B, S), got ${show(rows.shape)}`);
  if (rows.numel === 0) throw new ArgumentError(`${name} of shape ${show(rows.shape)} holds no tokens`);
  return rows;
}

/** The numbers of rows of a given shape, in order. @throws ShapeError if it is another */
export function rowsOfIntegers(rows: Rows, expected: Shape, name: string): Int32Array {
  const { values, shape } =
    rows instanceof Tensor ? { values: rows.toArray(), shape: rows.shape } : flatten(rows, name);
  if (!sameShape(shape, expected))
    throw new ShapeError(`${name} must have shape ${show(expected)}, got ${show(shape)}`);
  return values instanceof Int32Array ? values : Int32Array.from(values);
}

/**
 * An attention mask (B, `width`), 1 (or true) for a real token and 0 for padding; null where every token is
 * real, so that an unpadded batch takes the path without a mask.
 * @throws ShapeError if its shape is another, ArgumentError if it holds anything but 0 and 1
 */
export function maskRows(mask: Rows | null | undefined, B: number, width: number): Uint8Array | null {
  if (!mask) return null;
  const values = rowsOfIntegers(mask, [B, width], 'attentionMask');
  const bad = values.findIndex((v) => v !== 0 && v !== 1);
  if (bad >= 0)
    throw new ArgumentError(`attentionMask must hold 1 (real) and 0 (padding), got ${values[bad]}`);
  return values.includes(0) ? Uint8Array.from(values) : null;
}

/** The mask as attention wants it: (B, 1, 1, S) bool. */
export function keyMask(arena: Arena, mask: Uint8Array | null, B: number): Tensor | null {
  return mask && Tensor.from(arena, mask, [B, 1, 1, mask.length / B], 'bool');
}

/**
 * The number of each token in its own row, from 0, passing over padding (which gets the number of the last
 * real token before it, or 0): so a row means the same wherever its padding is.
 */
export function positionsFromMask(mask: Uint8Array, B: number): Int32Array {
  const S = mask.length / B;
  const out = new Int32Array(mask.length);
  for (let b = 0, i = 0; b < B; b++)
    for (let s = 0, seen = 0; s < S; s++, i++) {
      seen += mask[i];
      out[i] = Math.max(seen - 1, 0);
    }
  return out;
}

function flatten(
  rows: readonly ArrayLike<number>[],
  name: string,
): { values: Int32Array; shape: [number, number] } {
  const S = rows[0]?.length ?? 0;
  const values = new Int32Array(rows.length * S);
  rows.forEach((row, b) => {
    if (row.length !== S)
      throw new ShapeError(
        `${name} is ragged: row 0 has ${S} tokens, row ${b} has ${row.length}; pad them and pass attentionMask`,
      );
    for (let s = 0; s < S; s++) {
      // A typed array would wrap 2^32 + 5 to 5 without a word.
      if (!Number.isInteger(row[s]) || Math.abs(row[s]) >= 2 ** 31)
        throw new ArgumentError(`${name} must hold 32-bit integers, got ${row[s]} at [${b}, ${s}]`);
      values[b * S + s] = row[s];
    }
  });
  return { values, shape: [rows.length, S] };
}
