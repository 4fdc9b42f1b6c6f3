import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { encoder } from './tfjs/encoder.mjs';
import { gptTraining } from './tfjs/gpt.mjs';

/**
 * TensorFlow.js on its WebAssembly backend (XNNPACK). In Node it takes the SIMD build and one thread, always: its
 * threads need a browser, so asking for more is an error rather than a wrong label.
 * @type {import('../contract.d.ts').Open}
 */
export async function open({ threads }) {
  if (threads !== 1) throw new Error(`tfjs-wasm: has one thread in Node, asked for ${threads}`);
  const require = createRequire(import.meta.url);
  const tf = require('@tensorflow/tfjs-core');
  const wasm = require('@tensorflow/tfjs-backend-wasm');
  // The prefix of the .wasm files, which a browser would fetch and Node reads.
  wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  if (!(await tf.setBackend('wasm'))) throw new Error('tfjs-wasm: the backend did not start');
  if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) throw new Error('tfjs-wasm: no SIMD here');
  return {
    name: 'tfjs-wasm',
    version: wasm.version_wasm,
    gemm: ({ M, K, N, a, b, dtype = 'f32' }) => {
      if (dtype !== 'f32') return null;
      const weight = tf.tensor2d(b, [K, N]);
      const multiply = () => tf.matMul(tf.tensor2d(a, [M, K]), weight);
      return { run: () => read(tf.tidy(multiply)), dispose: () => weight.dispose() };
    },
    encoder: (problem) => {
      if (problem.dtype && problem.dtype !== 'f32') return null;
      const { forward, dispose } = encoder(tf, problem);
      return { run: () => read(forward()), dispose };
    },
    training: (problem) => {
      // The core has no gradients; this package registers them with it.
      require('@tensorflow/tfjs');
      const { step, dispose } = gptTraining(tf, problem);
      return { run: step, dispose };
    },
    dispose: () => tf.removeBackend('wasm'),
  };
}

/** Outside of `tidy`, which would search an array that it is handed for tensors, element by element. */
function read(tensor) {
  const data = tensor.dataSync();
  tensor.dispose();
  return data;
}
