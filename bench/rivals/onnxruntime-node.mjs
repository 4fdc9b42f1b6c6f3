import ort from 'onnxruntime-node';
import { onnxruntime } from './onnxruntime.mjs';

/** onnxruntime's native build: not a rival a browser could run, but the yardstick. @type {import('../contract.d.ts').Open} */
export async function open({ threads }) {
  return onnxruntime('onnxruntime-node', ort, ort.env.versions.node ?? '', {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
}
