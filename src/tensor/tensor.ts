// An n-dimensional view of numbers in the arena.  Views share storage; nothing here computes.
import { ArgumentError, DisposedError, DTypeError, ShapeError } from '../errors.js';
import type { Block } from './allocator.js';
import type { Arena } from './arena.js';
import { type DType, itemSize, type TypedArray, viewOf } from './dtype.js';
import { leave, Owned } from './scope.js';
import { checkShape, isContiguous, numel, rowMajor, type Shape, show } from './shape.js';
import { Variable } from './tape.js';
import { type Lost, unwatch, watch } from './watch.js';

/** A view of elements in an arena: shape, strides in elements, and the tape that it is on. */
export class Tensor extends Owned {
  /** null once it is disposed */
  #block: Block | null;
  #strides: readonly number[] | null;
  #variable: Variable | null = null;
  #watched: Lost | null = null;

  /**
   * Takes over one share of `block`.  Public code makes tensors by engine.tensor() and the ops.
   * @param strides in elements; null if the elements lie densely in row-major order
   */
  constructor(
    readonly arena: Arena,
    block: Block,
    readonly dtype: DType,
    readonly shape: Shape,
    strides: readonly number[] | null,
    /** of the first element, in elements */
    readonly offset: number,
  ) {
    super();
    this.#block = block;
    this.#strides = strides;
    arena.scopes.adopt(this);
  }

  /** A dense tensor with undefined contents. */
  static empty(arena: Arena, shape: Shape, dtype: DType = 'f32'): Tensor {
    checkShape(shape);
    return Tensor.dense(arena, [...shape], dtype);
  }

  /** The same for ops, of a shape that is known to be one and that nobody changes any more. */
  static dense(arena: Arena, shape: Shape, dtype: DType = 'f32'): Tensor {
    return new Tensor(arena, arena.alloc(numel(shape) * itemSize(dtype)), dtype, shape, null, 0);
  }

  /** A dense tensor with a copy of `data` (raw bits for f16 and bf16). */
  static from(
    arena: Arena,
    data: ArrayLike<number>,
    shape: Shape = [data.length],
    dtype: DType = 'f32',
  ): Tensor {
    checkShape(shape);
    if (numel(shape) !== data.length)
      throw new ShapeError(`data has ${data.length} elements, shape ${show(shape)} needs ${numel(shape)}`);
    const t = Tensor.dense(arena, [...shape], dtype);
    t.data.set(data);
    return t;
  }

  /** Byte address of the first element, for kernels. @throws DisposedError */
  get ptr(): number {
    const { start } = this.#alive();
    return this.offset === 0 ? start : start + this.offset * itemSize(this.dtype);
  }

  /** in elements */
  get strides(): readonly number[] {
    this.#strides ??= rowMajor(this.shape);
    return this.#strides;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get numel(): number {
    return numel(this.shape);
  }

  get isContiguous(): boolean {
    return this.#strides === null || isContiguous(this.shape, this.#strides);
  }

  get disposed(): boolean {
    return this.#block === null;
  }

  /** The elements of a dense tensor in place.  Valid until the next allocation. */
  get data(): TypedArray {
    if (!this.isContiguous) throw new ArgumentError('data of a strided view: call contiguous() first');
    if (this.arena.disposed) throw new DisposedError('the engine of this tensor has been disposed');
    return viewOf(this.dtype, this.arena.buffer, this.ptr, this.numel);
  }

  /** A copy of the elements in row-major order (raw bits for f16 and bf16: `ops.to(t, 'f32')` converts). */
  toArray(): TypedArray {
    if (this.isContiguous) return this.data.slice();
    const { dtype } = this;
    const size = itemSize(dtype);
    const { buffer } = this.arena;
    const out = viewOf(dtype, new ArrayBuffer(this.numel * size), 0, this.numel);
    const all = viewOf(dtype, buffer, 0, Math.floor(buffer.byteLength / size));
    let at = 0;
    const walk = (dim: number, from: number): void => {
      if (dim === this.rank) out[at++] = all[from];
      else for (let i = 0; i < this.shape[dim]; i++) walk(dim + 1, from + i * this.strides[dim]);
    };
    if (this.numel > 0) walk(0, this.ptr / size);
    return out;
  }

  /** The elements as nested arrays; a number for a scalar. */
  tolist(): NestedArray {
    const flat = this.toArray();
    const build = (dim: number, from: number, size: number): NestedArray => {
      if (dim === this.rank) return flat[from];
      const step = size / this.shape[dim];
      return Array.from({ length: this.shape[dim] }, (_, i) => build(dim + 1, from + i * step, step));
    };
    return build(0, 0, flat.length);
  }

  /** The only element. @throws ArgumentError if there is not exactly one */
  item(): number {
    if (this.numel !== 1) throw new ArgumentError(`item() needs one element, got shape ${show(this.shape)}`);
    return this.toArray()[0];
  }

  /** Another handle of the same value: same memory, same gradient. */
  alias(): Tensor {
    return this.view(this.shape, this.#strides, this.offset, true);
  }

  /** Another handle of the same memory, as a constant: no gradient flows through it. */
  detach(): Tensor {
    return this.view(this.shape, this.#strides, this.offset);
  }

  /** A view of the same memory.  For views.ts, which checks the arguments and records the gradient. */
  view(shape: Shape, strides: readonly number[] | null, offset: number, sameValue = false): Tensor {
    const block = this.#alive();
    block.refs++;
    const t = new Tensor(this.arena, block, this.dtype, shape, strides, offset);
    if (sameValue && this.#variable) t.attach(this.#variable);
    return t;
  }

  /** Takes the tensor out of every scope: it lives until dispose(). */
  keep(): this {
    leave(this);
    this.unscoped();
    return this;
  }

  /** Whether backward() computes a gradient for it.  May be set on tensors that no op has made. */
  get requiresGrad(): boolean {
    return this.#variable !== null;
  }

  set requiresGrad(value: boolean) {
    if (value === this.requiresGrad) return;
    if (this.#variable && !this.#variable.isLeaf)
      throw new ArgumentError('requiresGrad can only be changed on leaves; use detach()');
    if (value && this.dtype !== 'f32')
      throw new DTypeError(`only f32 tensors can require a gradient, this one is ${this.dtype}`);
    this.attach(value ? new Variable(null) : null);
  }

  /** The accumulated gradient of a leaf, of the same shape. */
  get grad(): Tensor | null {
    return this.variable?.grad ?? null;
  }

  /** Drops the accumulated gradient. */
  zeroGrad(): void {
    if (!this.variable) return;
    this.variable.grad?.dispose();
    this.variable.grad = null;
  }

  /** For the tape: the identity that gradients are counted by; null unless this value requires one. */
  get variable(): Variable | null {
    return this.#variable;
  }

  /** For the tape: makes this handle an owner of a differentiable value, or of none. */
  attach(variable: Variable | null): void {
    const before = this.#variable;
    this.#variable = variable?.retain() ?? null;
    if (this.#watched) this.#watched.variable = variable;
    before?.release();
  }

  /**
   * Gives up this handle; memory is freed with the last handle that shares it.  Idempotent.  A handle that
   * is forgotten outside every scope gives up when it is garbage collected, which is late: dispose of it.
   */
  dispose(): void {
    const block = this.#block;
    if (!block) return;
    this.#block = null;
    leave(this);
    if (this.#watched) unwatch(this.#watched);
    if (this.#variable) this.attach(null);
    this.arena.release(block);
  }

  /** For scopes: from now on only the garbage collector would notice that it is forgotten. */
  unscoped(): void {
    const { arena } = this;
    if (!this.#block || this.#watched) return;
    this.#watched = watch(this, { arena, block: this.#block, variable: this.#variable });
  }

  /** @throws DisposedError */
  #alive(): Block {
    if (!this.#block) throw new DisposedError(`use of a disposed tensor of shape ${show(this.shape)}`);
    return this.#block;
  }

  /** The same as dispose(), for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Numbers nested as deep as a tensor has dimensions. */
export type NestedArray = number | NestedArray[];
