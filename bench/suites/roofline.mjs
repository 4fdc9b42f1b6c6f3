import { createEngine, F } from 'fovea';
import { normal } from '../random.mjs';
import { figureLine, figureText } from '../report.mjs';
import { limits } from '../roofline/limits.mjs';

/**
 * The machine's limits on one thread, and how near to them the package's kernels come in the same run.
 * @typedef {import('../contract.d.ts').Figure} Figure
 */

/** Large enough to be cache-blocked, small enough to be short: M, K, N. */
const GEMM = [512, 512, 512];
/** A row against 64 MB of weights: the bandwidth of memory. */
const GEMV = [1, 4096, 4096];
/** The same number of bytes in 8 bits, and about as many in 4. */
const Q8_GEMV = [1, 4096, 16384];
const Q4_GEMV = [1, 4096, 28672];
const ROUNDS = 15;
/** Rows of a weight that are drawn; the others repeat them. */
const STRIP = 512;

/** @param {{ json: boolean, variant: string, clock: 'wall' | 'cpu' }} options @returns {Promise<boolean>} */
export async function main({ json, variant, clock }) {
  const limit = await limits(variant);
  const engine = await createEngine({ variant: /** @type {'simd' | 'relaxed'} */ (variant) });
  const gemm = product(engine, GEMM, clock);
  const gemv = product(engine, GEMV, clock);
  const [q8, q4] = /** @type {const} */ (['q8', 'q4']).map((dtype) => product(engine, GEMM, clock, dtype));
  const q8Gemv = product(engine, Q8_GEMV, clock, 'q8');
  const q4Gemv = product(engine, Q4_GEMV, clock, 'q4');
  engine.dispose();
  /** @type {Figure[]} */
  const figures = [
    { name: 'peak multiply-add', unit: 'GFLOP/s', value: limit.madd },
    { name: 'peak integer dot', unit: 'Gop/s', value: limit.dot },
    { name: 'streaming read', unit: 'GB/s', value: limit.stream },
    { name: 'the same, pages asked for ahead', unit: 'GB/s', value: limit.ahead },
    { name: `gemm ${GEMM.join('x')}`, unit: 'GFLOP/s', value: gemm.gflops, share: gemm.gflops / limit.madd },
    { name: `gemv ${GEMV.join('x')}`, unit: 'GB/s', value: gemv.gbytes, share: gemv.gbytes / limit.stream },
    { name: `q8 gemm ${GEMM.join('x')}`, unit: 'Gop/s', value: q8.gflops, share: q8.gflops / limit.dot },
    { name: `q4 gemm ${GEMM.join('x')}`, unit: 'Gop/s', value: q4.gflops, share: q4.gflops / limit.dot },
    {
      name: `q8 gemv ${Q8_GEMV.join('x')}`,
      unit: 'GB/s',
      value: q8Gemv.gbytes,
      share: q8Gemv.gbytes / limit.stream,
    },
    {
      name: `q4 gemv ${Q4_GEMV.join('x')}`,
      unit: 'GB/s',
      value: q4Gemv.gbytes,
      share: q4Gemv.gbytes / limit.stream,
    },
  ];
  for (const figure of figures)
    process.stdout.write(`${json ? figureLine('roofline', variant, figure) : figureText(figure)}\n`);
  return true;
}

/**
 * @param {import('fovea').Engine} engine
 * @param {readonly number[]} shape
 * @param {'wall' | 'cpu'} clock
 * @param {'f32' | 'q8' | 'q4'} dtype of the weight
 */
function product(engine, [M, K, N], clock, dtype = 'f32') {
  return engine.scope(() => {
    const x = engine.tensor(normal(M * K, 1), [M, K]);
    const weight =
      dtype === 'f32'
        ? F.PackedMatrix.empty(engine.arena, N, K)
        : F.QuantizedMatrix.empty(engine.arena, N, K, dtype);
    const strip = engine.tensor(normal(K * STRIP, 2), [STRIP, K]);
    for (let n = 0; n < N; n += STRIP) weight.fill(n, strip);
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < ROUNDS; i++) {
      const wall = performance.now();
      const cpu = process.cpuUsage();
      engine.scope(() => void F.linear(x, weight));
      const used = process.cpuUsage(cpu);
      const ms = clock === 'wall' ? performance.now() - wall : (used.user + used.system) / 1e3;
      if (ms > 0) best = Math.min(best, ms);
    }
    const { bytes } = weight;
    weight.dispose();
    return { gflops: (2 * M * K * N) / best / 1e6, gbytes: bytes / best / 1e6 };
  });
}
