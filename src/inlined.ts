// The reproducible builds as text in a module: gzipped before it becomes base64, which compresses badly afterwards,
// so that what travels is a third less.  Every engine with SIMD that we know can inflate.
import { dot, sharing, simd } from './generated/simd.js';
import type { ExactBuild } from './kernels.js';

/** The bytes of build/simd.wasm, or of another build as what differs from it. */
export async function inlined(build: ExactBuild = 'simd'): Promise<ArrayBuffer> {
  const bytes = await inflate(simd);
  const made = build.startsWith('dot') ? patched(bytes, await inflate(dot)) : bytes;
  if (build.endsWith('threads')) made[sharing.at] = sharing.byte;
  return made.buffer;
}

async function inflate(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** What scripts/delta.mjs says of `from`: how many bytes it makes, how many numbers follow, those, bytes. */
function patched(from: Uint8Array, delta: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const [length, count] = new Int32Array(delta.buffer, 0, 2);
  const parts = new Int32Array(delta.buffer, 8, count);
  const out = new Uint8Array(length);
  const rest = delta.subarray(8 + 4 * count);
  let [at, taken, end] = [0, 0, 0];
  for (let i = 0; i < count; i += 3) {
    const [skip, copy, take] = parts.subarray(i, i + 3);
    at += skip;
    out.set(from.subarray(at, at + copy), end);
    out.set(rest.subarray(taken, taken + take), end + copy);
    at += copy;
    taken += take;
    end += copy + take;
  }
  return out;
}
