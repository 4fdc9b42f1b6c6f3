// Known answers before use: a miscompiled SIMD instruction is found here and not in somebody's results.
import { EngineError } from '../errors.js';
import type { Kernels } from '../kernels.js';

const M = 3;
const K = 5;
const N = 17; // one more than a panel, so that a tail is covered

/** Element-wise functions by their kind in assembly/activation, at x, and the nearest f32 to the truth. */
const FUNCTIONS = [
  { name: 'exp', kind: 24, x: 1, y: 2.7182817459106445 },
  { name: 'tanh', kind: 6, x: 0.5, y: 0.46211716532707214 },
  { name: 'erf', kind: 28, x: 1, y: 0.8427007794380188 },
];

/**
 * Runs a few kernels on memory from the module's heap base on, before anything is allocated there.
 * @throws EngineError that says what came and what should have come
 */
export function selfTest(kernels: Kernels, memory: WebAssembly.Memory): void {
  const base = (kernels.heap_base() + 63) & ~63;
  if (memory.buffer.byteLength < base + 65536) memory.grow(2);
  const f32 = new Float32Array(memory.buffer, base);
  product(kernels, base, f32);
  functions(kernels, base, f32);
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

/** Each function on four lanes and a tail; two units in the last place are allowed, as in its header. */
function functions(kernels: Kernels, base: number, f32: Float32Array): void {
  for (const { name, kind, x, y } of FUNCTIONS) {
    f32.fill(x, 0, 5);
    kernels.activation_f32(base + 64, base, kind, 0, 0, 0, 5);
    for (let i = 16; i < 21; i++)
      if (!(Math.abs(f32[i] - y) <= 2 * 2 ** -23 * y)) fail(`${name}(${x})`, f32[i], y);
  }
}

function fail(what: string, got: number, want: number): never {
  throw new EngineError(
    `self-test: ${what} is ${got}, not ${want}: this runtime's WebAssembly SIMD is broken`,
  );
}
