// A weight matrix laid out for the GEMM microkernel: panels of NR output columns, each panel one
// sequential stream (drawn in assembly/gemm).  Packed once when a model is loaded; it then replaces the
// plain matrix, so weights are held once.
import type { Arena } from '../tensor/arena.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Epilogue, gemm, type Matrix, panels } from './matrix.js';
import { expectMatrix, PanelMatrix, type Place } from './panel-matrix.js';

/** A matrix (N, K) f32 laid out in panels as the product kernel reads it. */
export class PackedMatrix extends PanelMatrix {
  readonly dtype = 'f32';

  private constructor(arena: Arena, N: number, K: number, place?: Place) {
    super(arena, N, K, 4 * arena.kernels.gemm_f32_packed_size(K, N), place);
  }

  /** Packs a weight of shape (N, K), as `nn.Linear` stores it. @throws ShapeError unless it is a matrix */
  static from(weight: Tensor): PackedMatrix {
    expectMatrix(weight);
    const packed = PackedMatrix.empty(weight.arena, weight.shape[0], weight.shape[1]);
    packed.fill(0, weight);
    return packed;
  }

  /** An (N, K) matrix with undefined contents, to be filled in strips while a file is read. */
  static empty(arena: Arena, N: number, K: number): PackedMatrix {
    return new PackedMatrix(arena, N, K);
  }

  product(y: number, a: Matrix & { M: number }, epilogue: Epilogue): void {
    gemm(this.arena, y, a, this.ptr, a.M, this.N, this.K, epilogue);
  }

  gather(y: number, ids: number, n: number): void {
    this.arena.kernels.gemm_f32_gather_rows(y, this.ptr, ids, this.K, this.N, 0, n);
  }

  protected bytesOf(rows: number): number {
    return 4 * this.arena.kernels.gemm_f32_packed_size(this.K, rows);
  }

  protected packAt(to: number, rows: Tensor): void {
    const [bn, bk] = rows.strides;
    const [R, K] = rows.shape;
    this.arena.kernels.gemm_f32_pack(to, rows.ptr, K, R, bk, bn, 0, panels(this.arena, R));
  }

  protected unpackTo(w: Tensor): void {
    const { N, K } = this;
    this.arena.kernels.gemm_f32_unpack(w.ptr, this.ptr, K, N, 1, K, 0, this.panels);
  }

  protected at(rows: number, place: Place): this {
    return new PackedMatrix(this.arena, rows, this.K, place) as this;
  }
}
