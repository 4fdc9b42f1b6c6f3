// Tensors from JavaScript data.
import { ArgumentError, ShapeError } from '../errors.js';
import type { Arena } from './arena.js';
import { type DType, isDType, type TypedArray } from './dtype.js';
import { type Shape, show } from './shape.js';
import { type NestedArray, Tensor } from './tensor.js';

/** A number, nested arrays of numbers or booleans, or a typed array. */
export type TensorData = NestedArray | NestedBooleans | TypedArray | Float64Array;
export type NestedBooleans = boolean | NestedBooleans[];

export function tensorFrom(arena: Arena, data: TensorData, shape?: Shape, dtype?: DType): Tensor {
  if (dtype !== undefined && !isDType(dtype))
    throw new ArgumentError(
      `dtype must be f32, f16, bf16, i32, i8, u8 or bool, got ${JSON.stringify(dtype)}`,
    );
  if (ArrayBuffer.isView(data)) return Tensor.from(arena, data, shape ?? [data.length], dtype ?? told(data));
  const nested: number[] = [];
  const sizes = sizesOf(data);
  const kinds = new Set<string>();
  flatten(data, sizes, 0, nested, kinds);
  if (kinds.size > 1) throw new ArgumentError('data mixes numbers and booleans');
  return Tensor.from(arena, nested, shape ?? sizes, dtype ?? (kinds.has('boolean') ? 'bool' : 'f32'));
}

function told(data: TypedArray | Float64Array): DType {
  // By name, not by class: an array may come from another realm.
  const kind = Object.prototype.toString.call(data).slice(8, -1);
  const known: Record<string, DType> = {
    Float32Array: 'f32',
    Float64Array: 'f32',
    Int32Array: 'i32',
    Int8Array: 'i8',
    Uint8Array: 'u8',
  };
  if (!known[kind]) throw new ArgumentError(`data is a ${kind}: say which dtype it holds`);
  return known[kind];
}

function sizesOf(data: NestedArray | NestedBooleans): number[] {
  const sizes: number[] = [];
  for (let level: unknown = data; Array.isArray(level); level = level[0]) sizes.push(level.length);
  return sizes;
}

function flatten(
  data: unknown,
  sizes: readonly number[],
  depth: number,
  into: number[],
  kinds: Set<string>,
): void {
  if (depth === sizes.length) {
    if (typeof data !== 'number' && typeof data !== 'boolean')
      throw new (Array.isArray(data) ? ShapeError : ArgumentError)(
        `data must be nested to ${show(sizes)} with numbers or booleans inside, found ${Array.isArray(data) ? 'a deeper array' : typeof data}`,
      );
    kinds.add(typeof data);
    into.push(Number(data));
    return;
  }
  if (!Array.isArray(data) || data.length !== sizes[depth])
    throw new ShapeError(
      `data is ragged: expected ${sizes[depth]} elements at depth ${depth} of ${show(sizes)}, found ${Array.isArray(data) ? data.length : typeof data}`,
    );
  for (const d of data) flatten(d, sizes, depth + 1, into, kinds);
}

/** start, start + step, ... as long as it is before `end`; each computed from its place and rounded once. */
export function rangeOf(arena: Arena, start: number, end: number, step: number, dtype: DType): Tensor {
  const n = Math.max(0, Math.ceil((end - start) / step));
  if (!Number.isFinite(n) || ![start, step].every(Number.isFinite))
    throw new ArgumentError(`arange needs finite numbers and a step, got ${start}, ${end}, ${step}`);
  if (dtype === 'f16' || dtype === 'bf16' || dtype === 'bool')
    throw new ArgumentError(`arange makes f32, i32, i8 or u8, got ${dtype}`);
  const values = Float64Array.from({ length: n }, (_, i) => start + i * step);
  return Tensor.from(arena, values, [n], dtype);
}
