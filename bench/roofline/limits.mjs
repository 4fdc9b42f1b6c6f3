import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * What this machine can do on one thread, at most: each figure is the best of many short runs of a loop that
 * does nothing else (kernels.ts).  Every other figure is to be read as a share of these.
 * @typedef {import('../contract.d.ts').Limits} Limits
 */

const PAGES = 4200; // 275 MB: far beyond any cache
const DATA = 65536;
/** Read in parts, one a run, each of them after all the others have been through the caches. */
const STREAM = 1 << 28;
const PART = 1 << 25;
/**
 * Steps of a run: half a millisecond, which on a busy machine is sometimes undisturbed; so the clock is the wall's,
 * and the best run counts.
 */
const STEPS = 300_000;
/** For so long each loop is run: what V8 compiled first is replaced meanwhile. */
const MS = 400;

/** @param {boolean} relaxed with relaxed SIMD @returns {Promise<Uint8Array>} the loops, compiled */
async function compile(relaxed) {
  const asc = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');
  const folder = await mkdtemp(join(tmpdir(), 'fovea-roofline-'));
  try {
    const out = join(folder, 'kernels.wasm');
    const features = ['--enable', 'simd', ...(relaxed ? ['--enable', 'relaxed-simd'] : [])];
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

/** @param {string} variant @returns {Promise<Limits>} */
export async function limits(variant) {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  const kernels = await load(await compile(variant === 'relaxed'), memory);
  // The variant `simd` multiplies integers by relaxed SIMD too, where there is such a thing.
  const relaxed = await compile(true);
  const integers = WebAssembly.validate(/** @type {BufferSource} */ (relaxed))
    ? [kernels, await load(relaxed, memory)]
    : [kernels];
  // Written, because pages that were never touched all read from one page of zeros; ones, because products of them
  // neither grow nor vanish.
  new Float32Array(memory.buffer, DATA).fill(1);
  const separate = (STEPS * 6 * 4 * 2) / best(() => kernels.separate(DATA, STEPS));
  const fused = (STEPS * 12 * 4 * 2) / best(() => kernels.fused(DATA, STEPS));
  /** @param {(p: number, bytes: number) => number} read @returns {number} GB/s */
  const reading = (read) => {
    let part = 0;
    const ms = best(() => {
      read(DATA + part, PART);
      part = (part + PART) % STREAM;
    });
    return PART / ms / 1e6;
  };
  return {
    madd: Math.max(separate, fused) / 1e6,
    dot: Math.max(
      ...integers.map((k) => (STEPS * k.dots_per_step() * 2) / best(() => k.dots(DATA, STEPS)) / 1e6),
    ),
    stream: reading(kernels.stream),
    ahead: reading(kernels.stream_ahead),
  };
}

/** @param {Uint8Array} bytes @param {WebAssembly.Memory} memory */
async function load(bytes, memory) {
  const { instance } = await WebAssembly.instantiate(/** @type {BufferSource} */ (bytes), {
    env: { memory },
  });
  return /** @type {Record<string, (...args: number[]) => number>} */ (
    /** @type {unknown} */ (instance.exports)
  );
}

/** @param {() => void} run @returns {number} milliseconds of the fastest of many runs */
function best(run) {
  let least = Number.POSITIVE_INFINITY;
  const end = performance.now() + MS;
  for (let start = performance.now(); start < end; start = performance.now()) {
    run();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}
