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

/** The kernels of a format. */
const kernelsOf = <D extends QuantizedDType>(dtype: D) =>
  ({
    size: `gemm_${dtype}_packed_size`,
    pack: `gemm_${dtype}_pack`,
    unpack: `gemm_${dtype}_unpack`,
    gather: `gemm_${dtype}_gather_rows`,
    rowsSize: `gemm_${dtype}_rows_size`,
    rows: `gemm_${dtype}_quantize_rows`,
    scratch: `gemm_${dtype}_scratch`,
    gemm: `gemm_${dtype}_f32`,
  }) as const;

const KERNELS = {
  q8: /* @__PURE__ */ kernelsOf('q8'),
  q8_0: /* @__PURE__ */ kernelsOf('q8_0'),
  q4: /* @__PURE__ */ kernelsOf('q4'),
  q4_1: /* @__PURE__ */ kernelsOf('q4_1'),
} as const satisfies Record<QuantizedDType, object>;

// So many products of 127 and 127 fit an i32.
const MOST_K = 131072;

/** A matrix (N, K) of small integers and their scales, laid out as the integer product kernel reads it. */
export class QuantizedMatrix extends PanelMatrix {
  readonly dtype: QuantizedDType;
  /** bytes of working memory of a product: for its sums, and for each row */
  readonly #sums: number;
  readonly #rowBytes: number;

  private constructor(arena: Arena, N: number, K: number, dtype: QuantizedDType, place?: Place) {
    if (!QUANTIZED_DTYPES.includes(dtype))
      throw new ArgumentError(`dtype must be ${QUANTIZED_DTYPES.join(' or ')}, got ${JSON.stringify(dtype)}`);
    if (K > MOST_K)
      throw new ShapeError(`a quantised weight has at most ${MOST_K} columns, got ${show([N, K])}`);
    super(arena, N, K, arena.kernels[KERNELS[dtype].size](N, K), place);
    this.dtype = dtype;
    this.#sums = arena.kernels[KERNELS[dtype].scratch]();
    this.#rowBytes = arena.kernels[KERNELS[dtype].rowsSize](1, K);
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
    const names = KERNELS[this.dtype];
    if (a.col !== 1 && K > 1) throw new ArgumentError('the rows of a quantised product must be contiguous');
    const t = arena.scratch(this.#sums + a.M * this.#rowBytes);
    const rows = t + this.#sums;
    kernels[names.rows](rows, a.ptr, K, a.row, 0, a.M);
    kernels[names.gemm](y, rows, this.ptr, bias, residual, t, a.M, N, K, N, N, activation, 0, this.panels);
  }

  gather(y: number, ids: number, n: number): void {
    this.arena.kernels[KERNELS[this.dtype].gather](y, this.ptr, ids, this.K, 0, n);
  }

  protected bytesOf(rows: number): number {
    return this.arena.kernels[KERNELS[this.dtype].size](rows, this.K);
  }

  protected packAt(to: number, rows: Tensor): void {
    const [wn, wk] = rows.strides;
    const [R, K] = rows.shape;
    this.arena.kernels[KERNELS[this.dtype].pack](to, rows.ptr, R, K, wn, wk, 0, panels(this.arena, R));
  }

  protected unpackTo(w: Tensor): void {
    const { N, K } = this;
    this.arena.kernels[KERNELS[this.dtype].unpack](w.ptr, this.ptr, N, K, K, 1, 0, this.panels);
  }

  protected at(rows: number, place: Place): this {
    return new QuantizedMatrix(this.arena, rows, this.K, this.dtype, place) as this;
  }
}
