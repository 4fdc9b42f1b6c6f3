// What the laid-out forms of a weight have in common: panels of the same number of output channels, each a
// run of bytes of its own, so that a matrix is filled in strips and cut between panels.
import { DisposedError, ShapeError } from '../errors.js';
import type { Arena } from '../tensor/arena.js';
import { show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { type Epilogue, type Matrix, panels } from './matrix.js';
import { expectDType } from './util.js';

/** How a laid-out weight stores its numbers: as they are, in 8 bits, or in 4. */
export type MatrixDType = 'f32' | 'q8' | 'q4';

export const MATRIX_DTYPES: readonly MatrixDType[] = ['f32', 'q8', 'q4'];

/** The matrix whose memory another one looks at, and where that begins in it. */
export interface Part<M> {
  readonly matrix: M;
  readonly first: number;
}

export abstract class PanelMatrix {
  abstract readonly dtype: MatrixDType;
  #ptr: number;

  /** @param bytes of the whole; what `whole` has is not allocated anew */
  protected constructor(
    readonly arena: Arena,
    /** rows of the PyTorch weight: out features */
    readonly N: number,
    /** columns of the PyTorch weight: in features */
    readonly K: number,
    bytes: number,
    private readonly whole?: Part<PanelMatrix>,
  ) {
    this.#ptr = whole ? 1 : arena.alloc(bytes);
  }

  /** Bytes that the first `rows` rows take: whole panels, or all. */
  protected abstract bytesOf(rows: number): number;
  /** Lays out the weight (R, K) at address `to`. */
  protected abstract packAt(to: number, rows: Tensor): void;
  /** Writes all rows to the dense (N, K) tensor. */
  protected abstract unpackTo(w: Tensor): void;
  protected abstract part(rows: number, whole: Part<this>): this;
  /** y (M, N) dense = act(a Wᵀ + bias) + residual. */
  abstract product(y: number, a: Matrix & { M: number }, epilogue: Epilogue): void;
  /** Row `ids[i]` to row i of y (n, K) dense; ids i32 in 0..N-1, unchecked. */
  abstract gather(y: number, ids: number, n: number): void;

  get shape(): readonly [number, number] {
    return [this.N, this.K];
  }

  /** Bytes of linear memory. */
  get bytes(): number {
    return this.bytesOf(this.N);
  }

  /** Byte address, for kernels. @throws DisposedError */
  get ptr(): number {
    if (this.#ptr === 0)
      throw new DisposedError(`use of a disposed packed matrix of shape ${show(this.shape)}`);
    return this.whole ? this.whole.matrix.ptr + this.bytesOf(this.whole.first) : this.#ptr;
  }

  /**
   * Lays out `rows` (R, K) as rows `first` and following.  Panels are written whole, so `first` is a multiple
   * of the panel's width, and so is R unless it ends the matrix.
   * @throws ShapeError if they do not fit
   */
  fill(first: number, rows: Tensor): void {
    expectDType(rows, 'weight', 'f32');
    const width = this.arena.kernels.gemm_f32_nr();
    const [R, K] = rows.shape;
    const end = first + R;
    if (K !== this.K || first % width !== 0 || end > this.N || (end < this.N && end % width !== 0))
      throw new ShapeError(`rows ${first} to ${end} of ${show(rows.shape)} do not fit ${show(this.shape)}`);
    this.packAt(this.ptr + this.bytesOf(first), rows);
  }

  /**
   * Rows `first` to `end` (not included) in place: whole panels, so `first` is a multiple of the panel's
   * width, and so is `end` unless it is N.  Valid as long as this matrix is.
   * @throws ShapeError
   */
  rows(first: number, end: number): this {
    const width = this.arena.kernels.gemm_f32_nr();
    if (
      first % width !== 0 ||
      (end % width !== 0 && end !== this.N) ||
      first < 0 ||
      end < first ||
      end > this.N
    )
      throw new ShapeError(`rows ${first} to ${end} are not whole panels of ${width} of ${show(this.shape)}`);
    return this.part(end - first, { matrix: this, first });
  }

  /** The plain (N, K) matrix again: the very same numbers, or what quantisation has left of them. */
  unpack(): Tensor {
    const w = Tensor.empty(this.arena, [this.N, this.K]);
    this.unpackTo(w);
    return w;
  }

  /** Gives its memory back. */
  dispose(): void {
    if (this.#ptr === 0) return;
    if (!this.whole) this.arena.release(this.#ptr);
    this.#ptr = 0;
  }

  /** How many panels `rows` rows make. */
  protected panels(rows: number): number {
    return panels(this.arena, rows);
  }
}

/** @throws ShapeError unless it is a matrix */
export function expectMatrix(weight: Tensor): void {
  if (weight.rank !== 2)
    throw new ShapeError(`weight must be (out features, in features), got ${show(weight.shape)}`);
}
