import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * What this machine can do on one thread, at most: each figure is the best of several short runs of a loop that
 * does nothing else (kernels.ts).  Every other figure is to be read as a share of these.
 * @typedef {{ madd: number, dot: number, stream: number }} Limits GFLOP/s, 10^9 integer operations/s, GB/s
 */

const PAGES = 4200; // 275 MB: far beyond any cache
const DATA = 65536;
const STREAM = 1 << 28;
const ROUNDS = 9;

/** @param {string} variant @returns {Promise<Uint8Array>} the loops, compiled with the features of a variant */
async function compile(variant) {
  const asc = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');
  const folder = await mkdtemp(join(tmpdir(), 'fovea-roofline-'));
  try {
    const out = join(folder, 'kernels.wasm');
    const features = ['--enable', 'simd', ...(variant === 'relaxed' ? ['--enable', 'relaxed-simd'] : [])];
    const memory = ['--importMemory', '--initialMemory', '1', '--maximumMemory', '65536'];
    const source = fileURLToPath(new URL('kernels.ts', import.meta.url));
    const fixed = [
      '--config',
      'none',
      '--runtime',
      'stub',
      '--optimizeLevel',
      '3',
      '--noAssert',
      '--use',
      'abort=',
    ];
    await promisify(execFile)(process.execPath, [asc, source, ...fixed, ...memory, ...features, '-o', out]);
    return await readFile(out);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @param {string} variant @param {'wall' | 'cpu'} [clock] @returns {Promise<Limits>} */
export async function limits(variant, clock = 'wall') {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  const module = await WebAssembly.compile(/** @type {BufferSource} */ (await compile(variant)));
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const kernels = /** @type {Record<string, (...args: number[]) => number>} */ (
    /** @type {unknown} */ (exports)
  );
  // Written, because pages that were never touched all read from one page of zeros.
  new Float32Array(memory.buffer, DATA).fill(0.5);
  const steps = 2_000_000;
  const best = (/** @type {() => void} */ run) => {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < ROUNDS; i++) least = Math.min(least, seconds(run, clock));
    return least;
  };
  return {
    madd: (steps * 12 * 4 * 2) / best(() => kernels.madds(DATA, steps)) / 1e9,
    dot: (steps * kernels.dots_per_step() * 2) / best(() => kernels.dots(DATA, steps)) / 1e9,
    stream: STREAM / best(() => kernels.stream(DATA, STREAM)) / 1e9,
  };
}

/** @param {() => void} run @param {'wall' | 'cpu'} clock */
function seconds(run, clock) {
  const wall = performance.now();
  const cpu = process.cpuUsage();
  run();
  if (clock === 'wall') return (performance.now() - wall) / 1e3;
  const used = process.cpuUsage(cpu);
  return (used.user + used.system) / 1e6;
}
