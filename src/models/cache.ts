// Keys and values of the tokens that a decoder has seen, so that each new token costs one row.
import { ArgumentError, ShapeError } from '../errors.js';
import { copyInto } from '../ops/copy.js';
import { needsGrad } from '../ops/util.js';
import { narrow } from '../ops/view.js';
import type { Arena } from '../tensor/arena.js';
import { show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

/** One layer's: (B, heads, capacity, size) each, of which the first `offset` positions are filled. */
export class LayerCache {
  #keys: Tensor | null = null;
  #values: Tensor | null = null;
  #offset = 0;

  /** @param capacity positions to make room for at first; it doubles when it is used up */
  constructor(
    readonly arena: Arena,
    readonly capacity: number,
  ) {}

  /** How many positions are filled. */
  get offset(): number {
    return this.#offset;
  }

  /**
   * Appends keys and values (B, heads, L, size) and returns all of them, as views (B, heads, offset + L,
   * size) that hold until the next call.
   * @throws ShapeError if they do not extend what is there; ArgumentError if they require a gradient
   */
  updateAndFetch(keys: Tensor, values: Tensor): [keys: Tensor, values: Tensor] {
    if (needsGrad(keys, values))
      throw new ArgumentError('no gradient flows through a cache: run it within noGrad, or without one');
    const end = this.#offset + keys.shape[2];
    this.#keys = this.#reserve(this.#keys, keys, end);
    this.#values = this.#reserve(this.#values, values, end);
    this.arena.scope(() => {
      copyInto(narrow(this.#keys!, 2, this.#offset, keys.shape[2]), keys);
      copyInto(narrow(this.#values!, 2, this.#offset, keys.shape[2]), values);
    });
    this.#offset = end;
    return [narrow(this.#keys, 2, 0, end), narrow(this.#values, 2, 0, end)];
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
    this.#offset = 0;
  }

  #reserve(old: Tensor | null, like: Tensor, end: number): Tensor {
    const [B, H, , D] = like.shape;
    if (old && (old.shape[0] !== B || old.shape[1] !== H || old.shape[3] !== D))
      throw new ShapeError(`the cache holds ${show(old.shape)}, which ${show(like.shape)} cannot extend`);
    if (old && old.shape[2] >= end) return old;
    const capacity = Math.max(end, old ? 2 * old.shape[2] : this.capacity);
    const grown = Tensor.empty(this.arena, [B, H, capacity, D]).keep();
    if (old) {
      this.arena.scope(() => copyInto(narrow(grown, 2, 0, this.#offset), narrow(old, 2, 0, this.#offset)));
      old.dispose();
    }
    return grown;
  }
}

/** Of all layers. */
export class DecoderCache {
  readonly layers: readonly LayerCache[];

  /** @param capacity positions to make room for at first, default 64 */
  constructor(arena: Arena, layers: number, { capacity = 64 }: { capacity?: number } = {}) {
    if (!(Number.isInteger(capacity) && capacity > 0))
      throw new ArgumentError(`capacity must be a positive integer, got ${capacity}`);
    this.layers = Array.from({ length: layers }, () => new LayerCache(arena, capacity));
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
