/**
 * The rivals by name. Each is a package of its own that `npm run bench:setup` installs, and is loaded only when a
 * benchmark asks for it.
 * @type {Readonly<Record<string, () => Promise<{ open: import('../contract.d.ts').Open }>>>}
 */
export const rivals = {
  'onnxruntime-web': () => import('./onnxruntime-web.mjs'),
  'tfjs-wasm': () => import('./tfjs-wasm.mjs'),
  'onnxruntime-node': () => import('./onnxruntime-node.mjs'),
};
