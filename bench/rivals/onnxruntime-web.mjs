import * as ort from 'onnxruntime-web/wasm';
import { onnxruntime } from './onnxruntime.mjs';

/** onnxruntime's WebAssembly build, the one transformers.js runs on without a GPU. @type {import('../contract.d.ts').Open} */
export async function open({ threads }) {
  ort.env.wasm.numThreads = threads;
  return onnxruntime('onnxruntime-web', ort, ort.env.versions.web ?? '', { executionProviders: ['wasm'] });
}
