// Known answers before use: a miscompiled SIMD instruction is found here and not in somebody's results.
import { EngineError } from '../errors.js';
import type { Kernels } from '../kernels.js';

const M = 3;
const K = 5;
const N = 17; // one more than a panel, so that a tail is covered

/**
 * Multiplies two small integer matrices, whose product is exact in any order of summation.
 * Uses memory from the module's heap base on, so it runs before anything is allocated.
 * @throws EngineError
 */
export function selfTest(kernels: Kernels, memory: WebAssembly.Memory): void {
  const base = (kernels.heap_base() + 63) & ~63;
  const packedSize = kernels.gemm_f32_packed_size(K, N);
  const at = { a: base, b: base + 4 * M * K, packed: 0, c: 0 };
  at.packed = (at.b + 4 * K * N + 63) & ~63;
  at.c = at.packed + 4 * packedSize;
  const missing = at.c + 4 * M * N - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536));
  const f32 = new Float32Array(memory.buffer);
  const a = (m: number, k: number): number => ((m * 7 + k * 3) % 11) - 5;
  const b = (k: number, n: number): number => ((k * 5 + n * 2) % 13) - 6;
  for (let m = 0; m < M; m++) for (let k = 0; k < K; k++) f32[at.a / 4 + m * K + k] = a(m, k);
  for (let k = 0; k < K; k++) for (let n = 0; n < N; n++) f32[at.b / 4 + k * N + n] = b(k, n);
  const panels = Math.ceil(N / kernels.gemm_f32_nr());
  kernels.gemm_f32_pack(at.packed, at.b, K, N, N, 1, 0, panels);
  kernels.gemm_f32(at.c, at.a, at.packed, 0, 0, M, N, K, K, 1, N, N, 0, 0, panels);
  for (let m = 0; m < M; m++)
    for (let n = 0; n < N; n++) {
      let want = 0;
      for (let k = 0; k < K; k++) want += a(m, k) * b(k, n);
      const got = f32[at.c / 4 + m * N + n];
      if (got !== want)
        throw new EngineError(
          `self-test: element (${m}, ${n}) of a small product is ${got}, not ${want}: this runtime's WebAssembly SIMD is broken`,
        );
    }
}
