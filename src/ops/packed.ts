// A weight matrix laid out for the GEMM microkernel: panels of NR output columns, each panel one
// sequential stream (drawn in assembly/gemm).  Packed once when a model is loaded; it then replaces the
// plain matrix, so weights are held once.
import { DisposedError, ShapeError } from '../errors.js';
import type { Arena } from '../tensor/arena.js';
import { show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { panels } from './matrix.js';
import { expectDType } from './util.js';

export class PackedMatrix {
  #ptr: number;

  private constructor(
    readonly arena: Arena,
    /** rows of the PyTorch weight: out features */
    readonly N: number,
    /** columns of the PyTorch weight: in features */
    readonly K: number,
    /** the matrix whose memory this one looks at, if it is not its own */
    private readonly whole?: { matrix: PackedMatrix; first: number },
  ) {
    this.#ptr = whole ? 1 : arena.alloc(arena.kernels.gemm_f32_packed_size(K, N) * 4);
  }

  /** Packs a weight of shape (N, K), as `nn.Linear` stores it. @throws ShapeError unless it is a matrix */
  static from(weight: Tensor): PackedMatrix {
    if (weight.rank !== 2)
      throw new ShapeError(`weight must be (out features, in features), got ${show(weight.shape)}`);
    const packed = PackedMatrix.empty(weight.arena, weight.shape[0], weight.shape[1]);
    packed.fill(0, weight);
    return packed;
  }

  /** An (N, K) matrix with undefined contents, to be filled in strips while a file is read. */
  static empty(arena: Arena, N: number, K: number): PackedMatrix {
    return new PackedMatrix(arena, N, K);
  }

  /**
   * Packs `rows` (R, K) as rows `first` and following.  Panels are written whole, so `first` is a multiple of
   * the panel's width, and so is R unless it ends the matrix.
   * @throws ShapeError if they do not fit
   */
  fill(first: number, rows: Tensor): void {
    expectDType(rows, 'weight', 'f32');
    const { kernels } = this.arena;
    const width = kernels.gemm_f32_nr();
    const [R, K] = rows.shape;
    const end = first + R;
    if (K !== this.K || first % width !== 0 || end > this.N || (end < this.N && end % width !== 0))
      throw new ShapeError(`rows ${first} to ${end} of ${show(rows.shape)} do not fit ${show(this.shape)}`);
    const at = this.ptr + 4 * kernels.gemm_f32_packed_size(K, first);
    const [bn, bk] = rows.strides;
    kernels.gemm_f32_pack(at, rows.ptr, K, R, bk, bn, 0, panels(this.arena, R));
  }

  get shape(): readonly [number, number] {
    return [this.N, this.K];
  }

  /** Byte address, for kernels. @throws DisposedError */
  get ptr(): number {
    if (this.#ptr === 0)
      throw new DisposedError(`use of a disposed packed matrix of shape ${show(this.shape)}`);
    if (!this.whole) return this.#ptr;
    const { matrix, first } = this.whole;
    return matrix.ptr + 4 * this.arena.kernels.gemm_f32_packed_size(this.K, first);
  }

  /**
   * Rows `first` to `end` (not included) in place: whole panels, so `first` is a multiple of the panel's
   * width, and so is `end` unless it is N.  Valid as long as this matrix is.
   * @throws ShapeError
   */
  rows(first: number, end: number): PackedMatrix {
    const width = this.arena.kernels.gemm_f32_nr();
    if (
      first % width !== 0 ||
      (end % width !== 0 && end !== this.N) ||
      first < 0 ||
      end < first ||
      end > this.N
    )
      throw new ShapeError(`rows ${first} to ${end} are not whole panels of ${width} of ${show(this.shape)}`);
    return new PackedMatrix(this.arena, end - first, this.K, { matrix: this, first });
  }

  /** The plain (N, K) matrix again: the very same numbers. */
  unpack(): Tensor {
    const { arena, N, K } = this;
    const w = Tensor.empty(arena, [N, K]);
    arena.kernels.gemm_f32_unpack(w.ptr, this.ptr, K, N, 1, K, 0, panels(arena, N));
    return w;
  }

  dispose(): void {
    if (this.#ptr === 0) return;
    if (!this.whole) this.arena.release(this.#ptr);
    this.#ptr = 0;
  }
}
