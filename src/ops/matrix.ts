// The calls into the GEMM kernel that linear and matmul share.  A matrix here is a pointer and two
// strides, so a transposed or sliced operand is read in place.
import type { Block } from '../tensor/allocator.js';
import type { Arena } from '../tensor/arena.js';
import { numel, viewStrides } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { contiguous } from './view.js';

/** Element (r, c) at ptr + 4 (r * row + c * col). */
export interface Matrix {
  ptr: number;
  row: number;
  col: number;
}

/** x (*, K) as (M, K), in place where its strides allow it. */
export function rowsOf(x: Tensor): Matrix & { M: number } {
  const K = x.shape[x.rank - 1];
  const M = K === 0 ? numel(x.shape.slice(0, -1)) : x.numel / K;
  if (x.isContiguous) return { ptr: x.ptr, row: K, col: 1, M };
  const strides = viewStrides(x.shape, x.strides, [M, K]);
  if (strides) return { ptr: x.ptr, row: strides[0], col: strides[1], M };
  return { ptr: contiguous(x).ptr, row: K, col: 1, M };
}

/** How many panels N columns make. */
export function panels(arena: Arena, N: number): number {
  return Math.ceil(N / arena.panelWidth);
}

/** Packs b, a (K, N) matrix, into working memory that lasts until the next kernel that needs some. */
export function packScratch(arena: Arena, b: Matrix, K: number, N: number): number {
  const { kernels } = arena;
  const packed = arena.scratch(kernels.gemm_f32_packed_size(K, N) * 4);
  kernels.gemm_f32_pack(packed, b.ptr, K, N, b.row, b.col, 0, panels(arena, N));
  return packed;
}

export interface Epilogue {
  /** (N), 0 for none */
  bias?: number;
  /** code of activation-kind.ts */
  activation?: number;
  /** (M, N) dense, 0 for none; may be c itself, which then accumulates */
  residual?: number;
}

/** c (M, N) dense = act(a b + bias) + residual, with b packed. */
export function gemm(
  arena: Arena,
  c: number,
  a: Matrix,
  packed: number,
  M: number,
  N: number,
  K: number,
  { bias = 0, activation = 0, residual = 0 }: Epilogue = {},
): void {
  const { kernels } = arena;
  // Many panels read a row again and again: a transposed operand is faster turned once.  The bits are the same.
  const turned = a.col !== 1 && a.row === 1 && N > arena.panelWidth ? turn(arena, a, M, K) : null;
  const { ptr, row, col } = turned ?? a;
  kernels.gemm_f32(c, ptr, packed, bias, residual, M, N, K, row, col, N, N, activation, 0, panels(arena, N));
  if (turned) arena.release(turned.block);
}

/** A dense copy of a (M, K), whose columns are contiguous.  The caller releases its memory. */
function turn(arena: Arena, a: Matrix, M: number, K: number): Matrix & { block: Block } {
  const block = arena.alloc(4 * M * K);
  arena.kernels.copy_strided_32(block.start, a.ptr, 1, 1, M, K, 0, 0, K, 1, 0, 0, 1, a.col, 0, M);
  return { ptr: block.start, row: K, col: 1, block };
}
