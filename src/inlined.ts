// The reproducible build as text in a module: gzipped before it becomes base64, which compresses badly afterwards,
// so that what travels is a third less.  Every engine with SIMD that we know can inflate.
import { simd } from './generated/simd.js';

/** The bytes of build/simd.wasm. */
export async function inlinedSimd(): Promise<ArrayBuffer> {
  const packed = Uint8Array.from(atob(simd), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}
