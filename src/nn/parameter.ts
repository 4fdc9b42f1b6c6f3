// A learned tensor of a layer: declared with its shape, materialised when first used or loaded, and for
// GEMM weights packed once, after which the plain matrix is gone.  So a model that is loaded from a file
// never allocates its initial random weights, and never holds a matrix twice.
import { DisposedError, ShapeError } from '../errors.js';
import { PackedMatrix } from '../ops/packed.js';
import type { MatrixDType } from '../ops/panel-matrix.js';
import { contiguous } from '../ops/view.js';
import { emptyMatrix, type Weight, type WeightMatrix } from '../ops/weight.js';
import type { Arena } from '../tensor/arena.js';
import { numel, type Shape, sameShape, show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import type { WeightStack } from './weight-stack.js';

/** Fills a fresh tensor with initial values; see init.ts. */
export type Initializer = (weight: Tensor) => void;

/**
 * `torch.nn.Parameter`: a weight, made when it is first used, that may be laid out for products or be one with
 * another.
 */
export class Parameter {
  /** @internal with whose its matrix lies, once it is laid out */
  stack: WeightStack | null = null;
  #tensor: Tensor | null = null;
  #packed: WeightMatrix | null = null;
  #packWhenSet: MatrixDType | null = null;
  #shared: Parameter | null = null;
  #disposed = false;
  #requiresGrad = false;
  #init: Initializer;

  constructor(
    readonly arena: Arena,
    readonly shape: Shape,
    init: Initializer,
  ) {
    this.#init = init;
  }

  get numel(): number {
    return numel(this.shape);
  }

  /** Whether it holds values already (loaded, or initialised by use). */
  get materialized(): boolean {
    return this.#shared?.materialized ?? (this.#tensor !== null || this.#packed !== null);
  }

  get isPacked(): boolean {
    return this.#shared?.isPacked ?? this.#packed !== null;
  }

  /** How values that arrive will be laid out, where pack() was called before there were any. */
  get packsWhenSet(): MatrixDType | null {
    return this.#shared?.packsWhenSet ?? this.#packWhenSet;
  }

  /** The plain tensor.  Initialises it if nothing was loaded; unpacks it if it was packed or quantised. */
  get tensor(): Tensor {
    if (this.#shared) return this.#shared.tensor;
    if (this.#disposed) throw new DisposedError(`use of a disposed parameter of shape ${show(this.shape)}`);
    if (this.#packed) this.#adopt(this.#unpacked());
    if (!this.#tensor) {
      this.#adopt(Tensor.empty(this.arena, this.shape));
      this.#init(this.#tensor!);
    }
    return this.#tensor!;
  }

  /**
   * For `linear` and `embedding`: packed or quantised if it is, else the plain tensor.  A laid-out matrix is
   * a constant, so where a gradient is wanted it is unpacked.
   */
  get matrix(): Weight {
    if (this.#shared) return this.#shared.matrix;
    if (this.#requiresGrad && this.arena.gradEnabled) return this.tensor;
    if (!this.#packed && this.#packWhenSet && this.tensor) this.pack(this.#packWhenSet);
    return this.#packed ?? this.tensor;
  }

  /** The same for what wants f32: a quantised matrix is unpacked. */
  get floatMatrix(): Tensor | PackedMatrix {
    const { matrix } = this;
    return matrix instanceof PackedMatrix ? matrix : this.tensor;
  }

  /** The values as a tensor of their own, which the caller owns; the parameter stays as it is. */
  copy(): Tensor {
    const { owner } = this;
    // The scope ends the detached handle, which would keep the values alive after dispose().
    return owner.arena.scope(() => owner.#packed?.unpack() ?? contiguous(owner.tensor.detach(), true));
  }

  /** Starts anew from other initial values. */
  reset(init: Initializer): void {
    if (this.#shared) {
      this.#shared.reset(init);
      return;
    }
    this.#drop();
    this.#init = init;
  }

  /** Takes the values of another of the same shape: a copy of them, or its initial ones if it has none yet. */
  startAs(other: Parameter): void {
    if (other.materialized) this.set(other.copy());
    else this.reset(other.owner.#init);
  }

  /** Takes over a tensor as the new value. @throws ShapeError if it has another shape */
  set(value: Tensor): void {
    if (this.#shared) {
      this.#shared.set(value);
      return;
    }
    if (!sameShape(value.shape, this.shape))
      throw new ShapeError(
        `parameter of shape ${show(this.shape)} cannot take a value of ${show(value.shape)}`,
      );
    this.#drop();
    this.#adopt(value);
    if (this.#packWhenSet) this.pack(this.#packWhenSet);
  }

  /** Takes over a laid-out matrix as the new value. @throws ShapeError if it has another shape */
  setPacked(value: WeightMatrix): void {
    if (this.#shared) {
      this.#shared.setPacked(value);
      return;
    }
    if (!sameShape(value.shape, this.shape))
      throw new ShapeError(`parameter of shape ${show(this.shape)} cannot take ${show(value.shape)}`);
    this.#drop();
    this.#packed = value;
  }

  /**
   * Lays a matrix out for GEMM and drops the plain one: for inference.  Before there are values it only
   * says so: those that are set, or the initial ones, will be packed then, and a loader can bring them in
   * packed.  What is laid out in another way already is laid out anew, from what it has.
   * @param dtype f32 keeps the numbers, the others quantise them
   */
  pack(dtype: MatrixDType = 'f32'): void {
    if (this.#shared) {
      this.#shared.pack(dtype);
      return;
    }
    if (this.shape.length !== 2 || this.#packed?.dtype === dtype) return;
    if (this.#packed) this.#adopt(this.#unpacked());
    this.#packWhenSet = this.#tensor === null ? dtype : null;
    if (this.#tensor === null) return;
    const packed = this.emptyMatrix(dtype);
    packed.fill(0, this.#tensor);
    this.#packed = packed;
    this.arena.moves++;
    this.#tensor.dispose();
    this.#tensor = null;
  }

  /** A matrix with undefined contents for its values, in the place where they belong; see setPacked. */
  emptyMatrix(dtype: MatrixDType): WeightMatrix {
    const [N, K] = this.shape;
    return this.stack?.part(this, dtype) ?? emptyMatrix(this.arena, N, K, dtype);
  }

  /** From now on the two are one parameter (tied weights). */
  tie(to: Parameter): void {
    if (!sameShape(to.shape, this.shape))
      throw new ShapeError(`cannot tie a parameter of shape ${show(this.shape)} to one of ${show(to.shape)}`);
    this.#drop();
    this.#shared = to.#shared ?? to;
  }

  /** The parameter that holds the values: itself unless tied. */
  get owner(): Parameter {
    return this.#shared ?? this;
  }

  get requiresGrad(): boolean {
    return this.owner.#requiresGrad;
  }

  set requiresGrad(value: boolean) {
    const owner = this.owner;
    owner.#requiresGrad = value;
    this.arena.moves++;
    if (owner.#tensor) owner.#tensor.requiresGrad = value;
  }

  get grad(): Tensor | null {
    return this.owner.#tensor?.grad ?? null;
  }

  /** Drops its gradient. */
  zeroGrad(): void {
    this.owner.#tensor?.zeroGrad();
  }

  /** Gives its memory back; it cannot be used any more. */
  dispose(): void {
    this.#drop();
    this.stack?.abandon();
    this.#disposed = true;
  }

  #unpacked(): Tensor {
    const plain = this.#packed!.unpack();
    this.#packed!.dispose();
    this.#packed = null;
    return plain;
  }

  #adopt(tensor: Tensor): void {
    this.arena.moves++;
    this.#tensor = tensor.keep();
    if (this.#requiresGrad) tensor.requiresGrad = true;
  }

  #drop(): void {
    this.arena.moves++;
    this.#tensor?.dispose();
    this.#packed?.dispose();
    this.#tensor = null;
    this.#packed = null;
  }
}
