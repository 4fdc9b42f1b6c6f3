// A GEMM weight in any of its forms, as `linear` and `embedding` take it.
import type { Arena } from '../tensor/arena.js';
import type { Tensor } from '../tensor/tensor.js';
import { PackedMatrix } from './packed.js';
import type { MatrixDType } from './panel-matrix.js';
import { QuantizedMatrix } from './quantized.js';

/** A weight that is laid out for products. */
export type WeightMatrix = PackedMatrix | QuantizedMatrix;
/** What `linear` and `embedding` take. */
export type Weight = Tensor | WeightMatrix;

/** An (N, K) matrix with undefined contents, to be filled in strips. */
export function emptyMatrix(arena: Arena, N: number, K: number, dtype: MatrixDType): WeightMatrix {
  return dtype === 'f32' ? PackedMatrix.empty(arena, N, K) : QuantizedMatrix.empty(arena, N, K, dtype);
}
