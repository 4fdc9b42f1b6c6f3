// A weight matrix in 8 or 4 bits: so much less memory, and less of its time when a decoder writes one token.
// Products are integer products: the activations of a row are quantised too, for q8 to 7 bits with a scale and
// a zero point a row, for the others to 8 bits with a scale for every 32 values, so that a result depends on
// nothing but its row (see assembly/quant).
import { ArgumentError, ShapeError } from '../errors.js';
import type { Arena } from '../tensor/arena.js';
import { show } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Epilogue, type Matrix, panels } from './matrix.js';
import { expectMatrix, type MatrixDType, PanelMatrix, type Place, QUANTIZED_DTYPES } from './panel-matrix.js';

/** A MatrixDType that loses something. */
export type QuantizedDType = Exclude<MatrixDType, 'f32'>;

// So many products of 127 and 127 fit an i32.
const MOST_K = 131072;

/** A matrix (N, K) of small integers and their scales, laid out as the integer product kernel reads it. */
export class QuantizedMatrix extends PanelMatrix {
  readonly dtype: QuantizedDType;
  /** its number */
  readonly #format: number;
  /** bytes of working memory of a product: for its sums, and for each row */
  readonly #sums: number;
  readonly #rowBytes: number;

  private constructor(arena: Arena, N: number, K: number, dtype: QuantizedDType, place?: Place) {
    const format = QUANTIZED_DTYPES.indexOf(dtype);
    if (format < 0)
      throw new ArgumentError(`dtype must be ${QUANTIZED_DTYPES.join(' or ')}, got ${JSON.stringify(dtype)}`);
    if (K > MOST_K)
      throw new ShapeError(`a quantised weight has at most ${MOST_K} columns, got ${show([N, K])}`);
    super(arena, N, K, arena.kernels.gemm_quant_packed_size(format, N, K), place);
    this.dtype = dtype;
    this.#format = format;
    this.#sums = arena.kernels.gemm_quant_scratch(format);
    this.#rowBytes = arena.kernels.gemm_quant_rows_size(format, 1, K);
  }

  /**
   * Quantises a weight of shape (N, K), as `nn.Linear` stores it.  q8: scale = max |w| / 127 for each row,
   * q = w / scale to nearest even.  The others for each 32 values of a row, scales in bf16: q8_0: the same; q4:
   * scale = m / -8, m being the largest; q4_1: scale = (max w - minimum) / 15, minimum = min w in bf16.
   * @throws ShapeError unless it is a matrix
   */
  static from(weight: Tensor, dtype: QuantizedDType = 'q8'): QuantizedMatrix {
    expectMatrix(weight);
    const matrix = QuantizedMatrix.empty(weight.arena, weight.shape[0], weight.shape[1], dtype);
    matrix.fill(0, weight);
    return matrix;
  }

  /** An (N, K) matrix with undefined contents, to be filled in strips while a file is read. */
  static empty(arena: Arena, N: number, K: number, dtype: QuantizedDType = 'q8'): QuantizedMatrix {
    return new QuantizedMatrix(arena, N, K, dtype);
  }

  product(y: number, a: Matrix & { M: number }, { bias = 0, activation = 0, residual = 0 }: Epilogue): void {
    const { arena, N, K } = this;
    const { kernels } = arena;
    const format = this.#format;
    if (a.col !== 1 && K > 1) throw new ArgumentError('the rows of a quantised product must be contiguous');
    const t = arena.scratch(this.#sums + a.M * this.#rowBytes);
    const rows = t + this.#sums;
    kernels.gemm_quant_rows(rows, a.ptr, format, K, a.row, 0, a.M);
    kernels.gemm_quant_f32(
      y,
      rows,
      this.ptr,
      bias,
      residual,
      t,
      format,
      a.M,
      N,
      K,
      N,
      N,
      activation,
      0,
      this.panels,
    );
  }

  gather(y: number, ids: number, n: number): void {
    this.arena.kernels.gemm_quant_gather_rows(y, this.ptr, ids, this.#format, this.K, 0, n);
  }

  protected bytesOf(rows: number): number {
    return this.arena.kernels.gemm_quant_packed_size(this.#format, rows, this.K);
  }

  protected packAt(to: number, rows: Tensor): void {
    const [wn, wk] = rows.strides;
    const [R, K] = rows.shape;
    this.arena.kernels.gemm_quant_pack(to, rows.ptr, this.#format, R, K, wn, wk, 0, panels(this.arena, R));
  }

  protected unpackTo(w: Tensor): void {
    const { N, K } = this;
    this.arena.kernels.gemm_quant_unpack(w.ptr, this.ptr, this.#format, N, K, K, 1, 0, this.panels);
  }

  protected at(rows: number, place: Place): this {
    return new QuantizedMatrix(this.arena, rows, this.K, this.dtype, place) as this;
  }
}
