import { createEngine, F } from '../../dist/node.js';
import { normal } from '../random.mjs';
import { limits } from '../roofline/limits.mjs';

/**
 * The machine's limits on one thread, and how near to them the package's kernels come in the same run.
 * @typedef {{ name: string, unit: string, value: number, share?: number }} Figure
 */

/** Large enough to be cache-blocked, small enough to be short: M, K, N. */
const GEMM = [512, 512, 512];
/** A row against 64 MB of weights: the bandwidth of memory. */
const GEMV = [1, 4096, 4096];
const ROUNDS = 15;

/** @param {{ json: boolean, variant: string, clock: 'wall' | 'cpu' }} options @returns {Promise<boolean>} */
export async function main({ json, variant, clock }) {
  const limit = await limits(variant, clock);
  const engine = await createEngine({ variant: /** @type {'simd' | 'relaxed'} */ (variant) });
  const gemm = product(engine, GEMM, clock);
  const gemv = product(engine, GEMV, clock);
  engine.dispose();
  /** @type {Figure[]} */
  const figures = [
    { name: 'peak multiply-add', unit: 'GFLOP/s', value: limit.madd },
    { name: 'peak integer dot', unit: 'Gop/s', value: limit.dot },
    { name: 'streaming read', unit: 'GB/s', value: limit.stream },
    { name: `gemm ${GEMM.join('x')}`, unit: 'GFLOP/s', value: gemm.gflops, share: gemm.gflops / limit.madd },
    { name: `gemv ${GEMV.join('x')}`, unit: 'GB/s', value: gemv.gbytes, share: gemv.gbytes / limit.stream },
  ];
  for (const figure of figures) process.stdout.write(`${json ? asJson(figure, variant) : asText(figure)}\n`);
  return true;
}

/** @param {Figure} figure @param {string} variant */
function asJson({ name, unit, value, share }, variant) {
  return JSON.stringify({ suite: 'roofline', case: name, variant, threads: 1, unit, value, share });
}

/** @param {Figure} figure */
function asText({ name, unit, value, share }) {
  const of = share === undefined ? '' : `  ${(100 * share).toFixed(0)} % of the limit`;
  return `${name.padEnd(22)}${value.toFixed(1).padStart(7)} ${unit}${of}`;
}

/**
 * @param {import('../../dist/node.js').Engine} engine
 * @param {readonly number[]} shape
 * @param {'wall' | 'cpu'} clock
 */
function product(engine, [M, K, N], clock) {
  return engine.scope(() => {
    const x = engine.tensor(normal(M * K, 1), [M, K]);
    const weight = F.PackedMatrix.from(engine.tensor(normal(K * N, 2), [N, K]));
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < ROUNDS; i++) {
      const wall = performance.now();
      const cpu = process.cpuUsage();
      engine.scope(() => void F.linear(x, weight));
      const used = process.cpuUsage(cpu);
      const ms = clock === 'wall' ? performance.now() - wall : (used.user + used.system) / 1e3;
      if (ms > 0) best = Math.min(best, ms);
    }
    weight.dispose();
    return { gflops: (2 * M * K * N) / best / 1e6, gbytes: (4 * K * N) / best / 1e6 };
  });
}
