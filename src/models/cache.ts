// Keys and values of the tokens that a decoder has seen, so that each new token costs one row.
import { ArgumentError, ShapeError } from '../errors.js';
import type { AttentionOptions } from '../ops/attention.js';
import { copyInto } from '../ops/copy.js';
import { mergeHeads } from '../ops/heads.js';
import { attendKv, type KvDType, kvRowSize, unpackKv, writeKv } from '../ops/kv.js';
import { needsGrad } from '../ops/util.js';
import { narrow } from '../ops/view.js';
import type { Arena } from '../tensor/arena.js';
import { expectCount, type Shape, show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { attend } from './attention.js';

/** How a cache is made; see DecoderModel.createCache. */
export interface CacheOptions {
  /** positions to make room for at first, default 64; it doubles when it is used up */
  readonly capacity?: number;
  /** How keys and values are kept: f32 (default), or in half or about a quarter of the memory. */
  readonly dtype?: KvDType;
}

// Up to so many new positions what is packed is read as it lies; for more, unpacking it once is faster.
const FEW = 7;

/** One layer's: (B, heads, capacity, size) each, of which the first `offset` positions are filled. */
export class LayerCache {
  #keys: Tensor | null = null;
  #values: Tensor | null = null;
  #offset = 0;
  /** Positions there is room for: what the tensors' shapes say, without the way to them through the caches. */
  #room = 0;
  /** Another one whenever keys and values get other memory, which it does not keep alive. */
  #place = {};

  constructor(
    readonly arena: Arena,
    readonly capacity: number,
    readonly dtype: KvDType = 'f32',
  ) {}

  /** How many positions are filled. */
  get offset(): number {
    return this.#offset;
  }

  /**
   * Appends keys and values (B, heads, L, size) and returns all of them, (B, heads, offset + L, size): views that
   * hold until the next call, or what a smaller dtype has left of them.
   * @throws ShapeError if they do not extend what is there; ArgumentError if they require a gradient
   */
  updateAndFetch(keys: Tensor, values: Tensor): [keys: Tensor, values: Tensor] {
    const { dtype } = this;
    const both = this.#append(keys, values);
    if (dtype === 'f32') return both;
    const D = keys.shape[3];
    return [unpackKv(both[0], D, dtype), unpackKv(both[1], D, dtype)];
  }

  /**
   * The same, and attention of `query` (B, query heads, L, size) over all of them: (B, L, query heads size), and
   * the map (B, query heads, L, positions) if it is wanted.
   */
  attend(
    query: Tensor,
    keys: Tensor,
    values: Tensor,
    options: AttentionOptions,
    wantsMap: boolean,
  ): [y: Tensor, map: Tensor | null] {
    const { dtype } = this;
    if (dtype === 'f32' || wantsMap || query.shape[2] > FEW)
      return attend(query, ...this.updateAndFetch(keys, values), options, wantsMap);
    const [k, v] = this.#append(keys, values);
    return [mergeHeads(attendKv(query, k, v, dtype, options)), null];
  }

  /** @internal Another object whenever keys and values have moved. */
  get place(): object {
    return this.#place;
  }

  /** @internal (B, heads, capacity, size), or null as long as there is nothing. */
  get keys(): Tensor | null {
    return this.#keys;
  }

  /** @internal The same. */
  get values(): Tensor | null {
    return this.#values;
  }

  /** @internal Longer by the positions of a shape (B, heads, L, size), which the caller fills.  @throws ShapeError */
  extend(shape: Shape): void {
    this.#extend(shape, shape);
  }

  /** @internal The same for L more positions of the same shape, or false where there is no room for them. */
  advance(L: number): boolean {
    const end = this.#offset + L;
    if (end > this.#room) return false;
    this.#offset = end;
    return true;
  }

  /** Forgets all positions from `length` on. @throws ArgumentError if there are not so many */
  truncate(length: number): void {
    if (!(Number.isInteger(length) && length >= 0 && length <= this.#offset))
      throw new ArgumentError(`length must be from 0 to ${this.#offset}, got ${length}`);
    this.#offset = length;
  }

  /** Gives its memory back.  It is empty then, and can be filled again. */
  dispose(): void {
    this.#keys?.dispose();
    this.#values?.dispose();
    this.#keys = null;
    this.#values = null;
    this.#place = {};
    this.#room = 0;
    this.#offset = 0;
  }

  /** All rows, the new ones included. */
  #append(keys: Tensor, values: Tensor): [Tensor, Tensor] {
    if (needsGrad(keys, values))
      throw new ArgumentError('no gradient flows through a cache: run it within noGrad, or without one');
    const start = this.#offset;
    const end = this.#extend(keys.shape, values.shape);
    const [k, v] = [this.#keys as Tensor, this.#values as Tensor];
    writeKv(k, start, keys, this.dtype);
    writeKv(v, start, values, this.dtype);
    return [narrow(k, 2, 0, end), narrow(v, 2, 0, end)];
  }

  /** Returns how many positions there are then. */
  #extend(keys: Shape, values: Shape): number {
    const end = this.#offset + keys[2];
    this.#keys = this.#reserve(this.#keys, keys, end);
    this.#values = this.#reserve(this.#values, values, end);
    this.#room = this.#keys.shape[2];
    this.#offset = end;
    return end;
  }

  #reserve(old: Tensor | null, shape: Shape, end: number): Tensor {
    const [B, H, , D] = shape;
    const { arena, dtype } = this;
    const size = dtype === 'f32' ? D : kvRowSize(arena, D, dtype);
    if (old && (old.shape[0] !== B || old.shape[1] !== H || old.shape[3] !== size))
      throw new ShapeError(`the cache holds ${show(old.shape)}, which ${show(shape)} cannot extend`);
    if (old && old.shape[2] >= end) return old;
    this.#place = {};
    const capacity = Math.max(end, old ? 2 * old.shape[2] : this.capacity);
    const grown = Tensor.empty(arena, [B, H, capacity, size], dtype === 'f32' ? 'f32' : 'u8').keep();
    if (old) {
      arena.scope(() => copyInto(narrow(grown, 2, 0, this.#offset), narrow(old, 2, 0, this.#offset)));
      old.dispose();
    }
    return grown;
  }
}

/** Of all layers. */
export class DecoderCache {
  readonly layers: readonly LayerCache[];
  readonly dtype: KvDType;

  /** @throws ArgumentError */
  constructor(arena: Arena, layers: number, { capacity = 64, dtype = 'f32' }: CacheOptions = {}) {
    expectCount(capacity, 'capacity');
    if (!['f32', 'f16', 'q8'].includes(dtype))
      throw new ArgumentError(`a cache is f32, f16 or q8, got ${JSON.stringify(dtype)}`);
    this.layers = Array.from({ length: layers }, () => new LayerCache(arena, capacity, dtype));
    this.dtype = dtype;
  }

  /** How many positions have been seen. */
  get offset(): number {
    // The last layer is the last to be filled: a pass that failed half-way does not count.
    return this.layers[this.layers.length - 1].offset;
  }

  /** Forgets all positions from `length` on, so that a sequence can go on differently from there. */
  truncate(length: number): void {
    for (const layer of this.layers) layer.truncate(length);
  }

  /** Gives its memory back.  It is empty then, and can be filled again. */
  dispose(): void {
    for (const layer of this.layers) layer.dispose();
  }

  /** The same as dispose(), for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
