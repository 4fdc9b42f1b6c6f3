// The reproducible build as text in a module: gzipped before it becomes base64, which compresses badly afterwards,
// so that what travels is a third less.  Every engine with SIMD that we know can inflate.
import { sharing, simd } from './generated/simd.js';

/** The bytes of build/simd.wasm, or of build/threads.wasm, which is the same but for a byte. */
export async function inlinedSimd(build: 'simd' | 'threads' = 'simd'): Promise<ArrayBuffer> {
  const packed = Uint8Array.from(atob(simd), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  const bytes = await new Response(stream).arrayBuffer();
  if (build === 'threads') new Uint8Array(bytes)[sharing.at] = sharing.byte;
  return bytes;
}
