// A module that imports its memory differs from one for threads in a single bit: whether the import says
// "shared".  Our kernels use no atomics, so setting that bit in the finished module saves a second compilation
// and makes it certain that the arithmetic is the same.

const IMPORT_SECTION = 2;
const MEMORY = 2;
/** Flags of the limits of a memory type: 1 = has a maximum (which sharing demands), 2 = shared, 4 = 64-bit. */
const HAS_MAXIMUM = 1;
const SHARED = 2;

/** @param {Uint8Array} wasm a module whose only import is a memory with a maximum @returns {Uint8Array} a copy */
export function shareMemory(wasm) {
  const out = Uint8Array.from(wasm);
  let at = 8; // after magic number and version
  const leb = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = out[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  };
  /** Over a name or a section: its length, and so many bytes. */
  const skip = () => {
    const length = leb();
    at += length;
  };
  while (at < out.length) {
    if (out[at++] !== IMPORT_SECTION) {
      skip();
      continue;
    }
    leb(); // bytes of the section
    if (leb() !== 1) break; // the number of imports
    skip(); // the module's name
    skip(); // the field's name
    if (out[at] !== MEMORY || out[at + 1] !== HAS_MAXIMUM) break;
    out[at + 1] = HAS_MAXIMUM | SHARED;
    return out;
  }
  throw new Error('expected a module whose only import is an unshared memory with a maximum');
}
