// Sets up one product on bare memory, runs the kernel over ranges of panels, and hands back C.
import { Random } from '../random.js';
import type { GemmCase } from '../reference/gemm.js';
import { normalCdf, sigmoid } from '../reference/special.js';
import { type Bench, denseRows } from './harness.js';

/** By code, see assembly/activation/kind.ts. */
export const ACTIVATIONS: Record<string, (x: number) => number> = {
  none: (x) => x,
  relu: (x) => Math.max(x, 0),
  gelu: (x) => x * normalCdf(x),
  gelu_tanh: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  quick_gelu: (x) => x * sigmoid(1.702 * x),
  silu: (x) => x * sigmoid(x),
  tanh: Math.tanh,
  sigmoid,
};

export interface Options {
  transposedA?: boolean;
  transposedB?: boolean;
  bias?: boolean;
  residual?: 'none' | 'apart' | 'alias';
  act?: number;
  /** cut points of the range of panels */
  cuts?: number[];
  seed?: number;
}

const nextPrime = (n: number): number => {
  for (let p = Math.max(n, 2); ; p++) {
    let prime = true;
    for (let d = 2; d * d <= p && prime; d++) prime = p % d !== 0;
    if (prime) return p;
  }
};

/** Operands with prime strides above the dense ones; what lies between is NaN. */
export function operands(M: number, N: number, K: number, o: Options = {}): GemmCase {
  const random = new Random(o.seed ?? 7 * M + 11 * N + 13 * K + 1);
  const matrix = (rows: number, columns: number, stride: number): Float32Array => {
    const x = new Float32Array(Math.max(rows - 1, 0) * stride + (rows > 0 ? columns : 0)).fill(NaN);
    for (let i = 0; i < rows; i++) x.set(random.uniform(columns), i * stride);
    return x;
  };
  const [am, ak] = o.transposedA ? [1, nextPrime(M + 1)] : [nextPrime(K + 1), 1];
  const [bk, bn] = o.transposedB === false ? [nextPrime(N + 1), 1] : [1, nextPrime(K + 1)];
  const rm = nextPrime(N + 4);
  return {
    ...{ M, N, K, am, ak, bk, bn },
    a: o.transposedA ? matrix(K, M, ak) : matrix(M, K, am),
    b: o.transposedB === false ? matrix(K, N, bk) : matrix(N, K, bn),
    bias: o.bias ? random.uniform(N) : undefined,
    residual: o.residual && o.residual !== 'none' ? matrix(M, N, rm) : undefined,
    rm,
  };
}

export function pack(b: Bench, g: GemmCase): number {
  const size = b.kernels.gemm_f32_packed_size(g.K, g.N);
  const bp = b.f32(size);
  b.kernels.gemm_f32_pack(bp, b.f32(g.b), g.K, g.N, g.bk, g.bn, 0, panels(b, g.N));
  return bp;
}

export const panels = (b: Bench, N: number): number => Math.ceil(N / b.kernels.gemm_f32_nr());

/** Runs the kernel; C comes back dense, and what lies between its rows must be untouched. */
export function run(b: Bench, g: GemmCase, o: Options = {}): Float32Array {
  const { M, N, K } = g;
  const cm = o.residual === 'alias' ? g.rm! : nextPrime(N + 2);
  const length = Math.max(M - 1, 0) * cm + (M > 0 ? N : 0);
  const c = b.f32(
    o.residual === 'alias' ? Float32Array.from(g.residual!) : new Float32Array(length).fill(NaN),
  );
  const residual = o.residual === 'alias' ? c : g.residual ? b.f32(g.residual) : 0;
  const bp = pack(b, g);
  const a = b.f32(g.a, 4);
  const bias = g.bias ? b.f32(g.bias, 8) : 0;
  const cuts = [0, ...(o.cuts ?? []), panels(b, N)];
  for (let i = 1; i < cuts.length; i++)
    b.kernels.gemm_f32(
      ...([c, a, bp, bias, residual, M, N, K, g.am, g.ak, cm, g.rm ?? 0, o.act ?? 0] as const),
      ...([cuts[i - 1], cuts[i]] as const),
    );
  b.checkGuards();
  return denseRows(b.readF32(c, length), M, N, cm);
}
