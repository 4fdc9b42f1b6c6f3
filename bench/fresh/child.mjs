import { readFile, writeFile } from 'node:fs/promises';
import { normal } from '../random.mjs';
import { rivals } from '../rivals/index.mjs';
import { minilmL6, smollm2 } from '../shapes.mjs';
import { bertWeights } from '../weights.mjs';

/**
 * One measurement in a process of its own: node child.mjs STEP CONTESTANT [DTYPE] prints a line of JSON.  Steps:
 * `startup`, from import to a first product; `bare`, to the same product by the module's own functions; `compile`, the
 * module alone; `encoder` and `decoder`, the memory that loading a model and one pass through it take.
 */
const [, , step, contestant, dtype = 'f32'] = process.argv;
const open = contestant === 'fovea' ? () => import('../ours.mjs') : rivals[contestant];
const start = () => {
  // Node loads this clock when it is first read, which is not to be counted.
  const wall = performance.now();
  return { wall, cpu: process.cpuUsage() };
};
/** @param {ReturnType<typeof start>} from */
const since = ({ cpu, wall }) => {
  const { user, system } = process.cpuUsage(cpu);
  return { cpu_ms: (user + system) / 1e3, wall_ms: performance.now() - wall };
};

const simd = new URL('../../build/simd.wasm', import.meta.url);
const product = () => {
  const [M, K, N] = [128, 384, 384];
  return { M, K, N, a: normal(M * K, 1), b: normal(K * N, 2) };
};

const steps = {
  async startup() {
    const { M, K, N, a, b } = product();
    const from = start();
    const engine = await (await open()).open({ threads: 1, variant: 'simd' });
    const c = await (await engine.gemm({ M, K, N, a, b }))?.run();
    if (c?.length !== M * N || c[0] === 0) throw new Error('this is no product');
    return since(from);
  },

  async bare() {
    const { M, K, N, a, b } = product();
    const from = start();
    const module = await WebAssembly.compile(await readFile(simd));
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
    const kernels = /** @type {import('../../src/kernels.js').Kernels} */ (
      /** @type {unknown} */ ((await WebAssembly.instantiate(module, { env: { memory } })).exports)
    );
    const f32 = new Float32Array(memory.buffer);
    // Places in elements; K and N are whole panels.
    const inA = 16 * Math.ceil(kernels.heap_base() / 64);
    const inB = inA + M * K;
    const packed = inB + K * N;
    const out = packed + K * N;
    f32.set(a, inA);
    f32.set(b, inB);
    const panels = Math.ceil(N / kernels.gemm_f32_nr());
    kernels.gemm_f32_pack(4 * packed, 4 * inB, K, N, N, 1, 0, panels);
    kernels.gemm_f32(4 * out, 4 * inA, 4 * packed, 0, 0, M, N, K, K, 1, N, N, 0, 0, panels);
    if (f32[out] === 0) throw new Error('this is no product');
    return since(from);
  },

  async compile() {
    const bytes = await readFile(simd);
    const from = start();
    await WebAssembly.compile(bytes);
    return since(from);
  },

  async encoder() {
    const config = { ...minilmL6, vocab_size: 1000 };
    const length = 128;
    const inputIds = Int32Array.from({ length }, (_, i) => i);
    return passes('encoder', { config, weights: bertWeights(config, 1), batch: 1, length, inputIds, dtype });
  },

  async decoder() {
    const prompt = Int32Array.from({ length: 128 }, (_, i) => i);
    return passes('decode', { config: smollm2, dtype, prompt, steps: 0 });
  },
};

/** What a job adds to the process at its peak. */
async function passes(method, problem) {
  const engine = await (await open()).open({ threads: 1, variant: 'simd' });
  const before = await resident();
  const job = await engine[method]?.(problem);
  if (!job) return { missing: true };
  await job.run();
  const { peak } = await resident(false);
  return { peak_bytes: peak - before.now, weights_bytes: job.bytes };
}

/** @param {boolean} [restart] whether the peak counts from here on @returns {Promise<{ now: number, peak: number }>} bytes */
async function resident(restart = true) {
  globalThis.gc?.();
  if (restart) await writeFile('/proc/self/clear_refs', '5');
  const status = await readFile('/proc/self/status', 'utf8');
  const kilobytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]);
  return { now: 1024 * kilobytes('VmRSS'), peak: 1024 * kilobytes('VmHWM') };
}

process.stdout.write(`${JSON.stringify(await steps[step]())}\n`);
process.exit();
