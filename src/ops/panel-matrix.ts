// What the laid-out forms of a weight have in common: panels of the same number of output channels, each a
// run of bytes of its own, so that a matrix is filled in strips and cut between panels.
import { DisposedError, ShapeError } from '../errors.js';
import type { Block } from '../tensor/allocator.js';
import type { Arena } from '../tensor/arena.js';
import { show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { type Epilogue, type Matrix, panels } from './matrix.js';
import { expectDType } from './util.js';

/**
 * How a laid-out weight stores its numbers: as they are; in 8 bits with a scale a row (q8) or for every 32 (q8_0); in
 * 4 bits with a scale for every 32 (q4), or that and a minimum (q4_1).
 */
export type MatrixDType = 'f32' | 'q8' | 'q8_0' | 'q4' | 'q4_1';

/** By the number that kernels know them by: assembly/quant/formats.ts. */
export const QUANTIZED_DTYPES: readonly Exclude<MatrixDType, 'f32'>[] = ['q8', 'q8_0', 'q4', 'q4_1'];

export const MATRIX_DTYPES: readonly MatrixDType[] = ['f32', ...QUANTIZED_DTYPES];

/** Where a matrix lies, and whether it has a share of that block or only looks at it. */
export interface Place {
  readonly block: Block;
  /** byte address */
  readonly ptr: number;
  readonly owned: boolean;
}

export abstract class PanelMatrix {
  abstract readonly dtype: MatrixDType;
  /** how many panels its rows make */
  protected readonly panels: number;
  /** (N, K) */
  readonly shape: readonly [number, number];
  /** null once it is disposed */
  #place: Place | null;

  protected constructor(
    readonly arena: Arena,
    /** rows of the PyTorch weight: out features */
    readonly N: number,
    /** columns of the PyTorch weight: in features */
    readonly K: number,
    /** of linear memory */
    readonly bytes: number,
    place?: Place,
  ) {
    this.shape = [N, K];
    this.panels = panels(arena, N);
    const block = place?.block ?? arena.alloc(bytes);
    this.#place = place ?? { block, ptr: block.start, owned: true };
    if (place?.owned) block.refs++;
  }

  /** Bytes that the first `rows` rows take: whole panels, or all. */
  protected abstract bytesOf(rows: number): number;
  /** Lays out the weight (R, K) at address `to`. */
  protected abstract packAt(to: number, rows: Tensor): void;
  /** Writes all rows to the dense (N, K) tensor. */
  protected abstract unpackTo(w: Tensor): void;
  /** Rows of the same kind that lie somewhere already. */
  protected abstract at(rows: number, place: Place): this;
  /** y (M, N) dense = act(a Wᵀ + bias) + residual. */
  abstract product(y: number, a: Matrix & { M: number }, epilogue: Epilogue): void;
  /** Row `ids[i]` to row i of y (n, K) dense; ids i32 in 0..N-1, unchecked. */
  abstract gather(y: number, ids: number, n: number): void;

  /** Byte address, for kernels. @throws DisposedError */
  get ptr(): number {
    return this.#alive().ptr;
  }

  /**
   * Lays out `rows` (R, K) as rows `first` and following.  Panels are written whole, so `first` is a multiple
   * of the panel's width, and so is R unless it ends the matrix.
   * @throws ShapeError if they do not fit
   */
  fill(first: number, rows: Tensor): void {
    expectDType(rows, 'weight', 'f32');
    const width = this.arena.panelWidth;
    const [R, K] = rows.shape;
    const end = first + R;
    if (K !== this.K || first % width !== 0 || end > this.N || (end < this.N && end % width !== 0))
      throw new ShapeError(`rows ${first} to ${end} of ${show(rows.shape)} do not fit ${show(this.shape)}`);
    this.packAt(this.ptr + this.bytesOf(first), rows);
  }

  /**
   * Rows `first` to `end` (not included) in place: whole panels, so `first` is a multiple of the panel's
   * width, and so is `end` unless it is N.  Valid as long as this matrix is, or until it is disposed of if it has
   * a `share` of the memory.
   * @throws ShapeError
   */
  rows(first: number, end: number, { share = false } = {}): this {
    const width = this.arena.panelWidth;
    if (
      first % width !== 0 ||
      (end % width !== 0 && end !== this.N) ||
      first < 0 ||
      end < first ||
      end > this.N
    )
      throw new ShapeError(`rows ${first} to ${end} are not whole panels of ${width} of ${show(this.shape)}`);
    const { block, ptr } = this.#alive();
    return this.at(end - first, { block, ptr: ptr + this.bytesOf(first), owned: share });
  }

  /**
   * @internal Its rows and those of the next matrices as one, in place: null unless each lies where the one before it ends.
   * Valid as long as they are.
   */
  joined(next: readonly PanelMatrix[]): this | null {
    const { block, ptr } = this.#alive();
    let rows = this.N;
    for (const { dtype, K, N, ptr: at } of next) {
      const end = rows % this.arena.panelWidth === 0 ? ptr + this.bytesOf(rows) : -1;
      if (dtype !== this.dtype || K !== this.K || at !== end) return null;
      rows += N;
    }
    return this.at(rows, { block, ptr, owned: false });
  }

  /** The plain (N, K) matrix again: the very same numbers, or what quantisation has left of them. */
  unpack(): Tensor {
    const w = Tensor.empty(this.arena, [this.N, this.K]);
    this.unpackTo(w);
    return w;
  }

  /** Gives its memory back, or its share of it. */
  dispose(): void {
    if (this.#place?.owned) this.arena.release(this.#place.block);
    this.#place = null;
  }

  #alive(): Place {
    if (!this.#place) throw new DisposedError(`use of a disposed packed matrix of shape ${show(this.shape)}`);
    return this.#place;
  }
}

/** @throws ShapeError unless it is a matrix */
export function expectMatrix(weight: Tensor): void {
  if (weight.rank !== 2)
    throw new ShapeError(`weight must be (out features, in features), got ${show(weight.shape)}`);
}
