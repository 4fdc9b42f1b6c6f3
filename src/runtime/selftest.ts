// Known answers before use: a miscompiled SIMD instruction is found here and not in somebody's results.
import { EngineError } from '../errors.js';
import type { Kernels } from '../kernels.js';

const M = 3;
const K = 5;
const N = 17; // one more than a panel, so that a tail is covered

/** Five, one more than fills a vector, and what softmax makes of them. */
const LOGITS = [-1, 0, 1, 2, 3];
const SHARES = [0.01165623096, 0.0316849208, 0.08612854444, 0.2341216573, 0.6364086466];

/**
 * Runs a few kernels on memory from the module's heap base on, before anything is allocated there.  Small ones: the
 * runtime compiles a kernel when it is first called.
 * @throws EngineError that says what came and what should have come
 */
export function selfTest(kernels: Kernels, memory: WebAssembly.Memory): void {
  const base = (kernels.heap_base() + 63) & ~63;
  if (memory.buffer.byteLength < base + 65536) memory.grow(2);
  const f32 = new Float32Array(memory.buffer, base);
  product(kernels, base, f32);
  shares(kernels, base, f32);
}

/** Two small integer matrices, whose product is exact in any order of summation. */
function product(kernels: Kernels, base: number, f32: Float32Array): void {
  const [a, b, packed, c] = [0, 64, 256, 1024]; // places, in elements
  const left = (m: number, k: number): number => ((m * 7 + k * 3) % 11) - 5;
  const right = (k: number, n: number): number => ((k * 5 + n * 2) % 13) - 6;
  for (let m = 0; m < M; m++) for (let k = 0; k < K; k++) f32[a + m * K + k] = left(m, k);
  for (let k = 0; k < K; k++) for (let n = 0; n < N; n++) f32[b + k * N + n] = right(k, n);
  const at = (place: number): number => base + 4 * place;
  const panels = Math.ceil(N / kernels.gemm_f32_nr());
  kernels.gemm_f32_pack(at(packed), at(b), K, N, N, 1, 0, panels);
  kernels.gemm_f32(at(c), at(a), at(packed), 0, 0, M, N, K, K, 1, N, N, 0, 0, panels);
  for (let m = 0; m < M; m++)
    for (let n = 0; n < N; n++) {
      let want = 0;
      for (let k = 0; k < K; k++) want += left(m, k) * right(k, n);
      if (f32[c + m * N + n] !== want) fail(`element (${m}, ${n}) of a product`, f32[c + m * N + n], want);
    }
}

/** An exponential, a maximum, a sum and a quotient; (4 + |ln y|) 2^-23 y is allowed, as in the kernel's header. */
function shares(kernels: Kernels, base: number, f32: Float32Array): void {
  f32.set(LOGITS);
  kernels.softmax_f32(base + 64, base, 5, 5, 5, 0, 1);
  SHARES.forEach((want, i) => {
    const got = f32[16 + i];
    if (!(Math.abs(got - want) <= 9 * 2 ** -23 * want)) fail(`element ${i} of softmax(${LOGITS})`, got, want);
  });
}

function fail(what: string, got: number, want: number): never {
  throw new EngineError(
    `self-test: ${what} is ${got}, not ${want}: this runtime's WebAssembly SIMD is broken`,
  );
}
