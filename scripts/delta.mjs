// What makes one module of another that is much like it: runs of bytes to copy, and bytes to put between them.
// A page carries the default build inlined; the builds that differ from it in a few kernels travel as this.

/** What is copied has at least so many bytes. */
const RUN = 16;

/**
 * The length of `to` and a count as i32, as many i32 for the parts of `to` in order, three each: bytes of `from` to skip
 * (backwards if negative), bytes to copy from there, bytes to take from the rest; then the rest.
 * @param {Uint8Array} from @param {Uint8Array} to @returns {Uint8Array}
 */
export function delta(from, to) {
  const places = new Map();
  for (let i = from.length - RUN; i >= 0; i--) places.set(keyOf(from, i), i);
  const parts = [];
  const rest = [];
  let at = 0; // in `from`, behind what was copied last
  let literal = 0;
  let copied = [0, 0];
  const flush = () => parts.push(...copied, literal);
  for (let i = 0; i < to.length; ) {
    const found = longest(from, to, i, at, places);
    if (found === null) {
      rest.push(to[i++]);
      literal++;
      continue;
    }
    flush();
    copied = [found.start - at, found.length];
    literal = 0;
    at = found.start + found.length;
    i += found.length;
  }
  flush();
  return Buffer.concat([
    Buffer.from(Int32Array.of(to.length, parts.length, ...parts).buffer),
    Uint8Array.from(rest),
  ]);
}

/** What `to` has at i and `from` has too: where the last copy went on, else wherever it is first found. */
function longest(from, to, i, at, places) {
  let best = null;
  // a few bytes differ in the middle of a function more often than not
  for (const start of [at, at + 1, at + 2, at - 1, at - 2, places.get(keyOf(to, i))]) {
    if (start === undefined || start < 0) continue;
    let length = 0;
    while (i + length < to.length && start + length < from.length && to[i + length] === from[start + length])
      length++;
    if (length >= RUN && length > (best?.length ?? 0)) best = { start, length };
  }
  return best;
}

const keyOf = (bytes, at) => Buffer.from(bytes.subarray(at, at + RUN)).toString('latin1');
