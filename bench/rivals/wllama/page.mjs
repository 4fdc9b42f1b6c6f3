// Runs in the browser, bundled: the same Llama in fovea and in wllama, measured by the same page.
import * as library from '@wllama/wllama/esm/index.js';
import * as fovea from '../../../dist/default.js';
import { decodeJob } from '../../llama.mjs';

/** @typedef {{ config: object, dtype: 'q8' | 'q4', variant: 'simd' | 'relaxed', length: number, steps: number, threads: number }} Work */

// Its declarations import each other without extensions, which the checker does not follow.
const { Wllama } = /** @type {any} */ (library);

/** @type {any} */
let wllama;

const api = {
  /** @param {Work} work @returns {Promise<{ prefill: number, decode: number }>} milliseconds */
  async ours({ config, dtype, variant, length, steps, threads }) {
    // The reproducible builds come with the door, which takes the one that suits the browser.
    const module =
      variant === 'relaxed'
        ? await fetch('/relaxed.wasm').then((response) => response.arrayBuffer())
        : undefined;
    const engine = await fovea.createEngine({ variant, module, threads });
    const prompt = Int32Array.from({ length }, (_, i) => (i * 7919) % 49152);
    const times = { prefill: 0, decode: 0 };
    for (const [name, count] of /** @type {const} */ ([
      ['prefill', 0],
      ['decode', steps],
    ])) {
      if (name === 'decode' && steps === 0) continue;
      const job = await decodeJob(fovea, engine, { config, dtype, prompt, steps: count });
      // Once for V8, which replaces what it compiled first; llama.cpp's module is warmed up by loading and by its first prompt.
      job.run();
      const start = performance.now();
      job.run();
      times[name] = performance.now() - start;
      job.dispose();
    }
    engine.dispose();
    return times;
  },

  /** Loads the model, which the runs that follow use. @param {number} threads */
  async load(threads) {
    const file = await fetch('/model.gguf').then((response) => response.blob());
    wllama = new Wllama({ default: '/wllama.wasm' }, { suppressNativeLog: true });
    await wllama.loadModel([file], {
      n_ctx: 1024,
      n_batch: 512,
      n_threads: threads,
      n_gpu_layers: 0,
      warmup: false,
    });
    return { threads: wllama.getNumThreads(), library: Wllama.getLibllamaVersion() };
  },

  /**
   * @param {string} prompt a token a letter
   * @param {number} steps
   * @returns {Promise<object>} its own timings
   */
  async theirs(prompt, steps) {
    const { timings } = await wllama.createCompletion({
      prompt,
      max_tokens: Math.max(1, steps),
      temperature: 0,
      ignore_eos: true,
    });
    return timings;
  },

  exit: () => wllama.exit(),
};

globalThis.bench = api;
