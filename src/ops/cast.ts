// Between dtypes.  f16 and bf16 are rounded to nearest even; integers saturate.
import type { Arena } from '../tensor/arena.js';
import type { DType } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { contiguous } from './view.js';

/**
 * `tensor.to(dtype)`: the tensor itself if it has that dtype already, else a dense copy.
 * f32 to an integer drops the fraction, as in PyTorch; values beyond the integer's range saturate.
 * Not differentiable.
 */
export function to(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  return x.arena.scope(() => {
    const dense = contiguous(x.detach());
    const y = Tensor.empty(x.arena, x.shape, dtype);
    if (dtype === 'f32') widen(x.arena, y.ptr, dense.ptr, x.dtype, x.numel);
    else if (x.dtype === 'f32') narrowTo(x.arena, y.ptr, dense.ptr, dtype, x.numel);
    else return to(to(dense, 'f32'), dtype);
    return y;
  });
}

/** n elements at `from` into f32 at `y`, whatever they are. */
export function widen(arena: Arena, y: number, from: number, dtype: DType, n: number): void {
  const k = arena.kernels;
  switch (dtype) {
    case 'f16':
      k.cast_f16_f32(y, from, 0, n);
      break;
    case 'bf16':
      k.cast_bf16_f32(y, from, 0, n);
      break;
    case 'i32':
      k.cast_i32_f32(y, from, 0, n);
      break;
    case 'i8':
      k.cast_i8_f32(y, from, 0, n);
      break;
    case 'u8':
    case 'bool':
      k.cast_u8_f32(y, from, 0, n);
      break;
    case 'f32':
      arena.u8.copyWithin(y, from, from + 4 * n);
  }
}

function narrowTo(arena: Arena, y: number, from: number, dtype: DType, n: number): void {
  const k = arena.kernels;
  switch (dtype) {
    case 'f16':
      k.cast_f32_f16(y, from, 0, n);
      break;
    case 'bf16':
      k.cast_f32_bf16(y, from, 0, n);
      break;
    case 'i32':
      k.cast_f32_i32(y, from, 0, 0, n);
      break;
    case 'i8':
      k.cast_f32_i8(y, from, 0, 0, n);
      break;
    case 'u8':
      k.cast_f32_u8(y, from, 0, 0, n);
      break;
    case 'bool':
      k.cast_f32_bool(y, from, 0, n);
      break;
    case 'f32':
      arena.u8.copyWithin(y, from, from + 4 * n);
  }
}
