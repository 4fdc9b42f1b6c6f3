// Just enough of WebAssembly's binary format to move functions about: sections, numbers, and where calls are.

/** An unsigned LEB128 number. @param {Uint8Array} bytes @param {number} at */
export function leb(bytes, at) {
  let value = 0;
  for (let shift = 0; at < bytes.length; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return { value, next: at };
  }
  throw new Error('the bytes end within a number');
}

/** @param {number} value @returns {Uint8Array} */
export function uleb(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  return Uint8Array.from([...bytes, value]);
}

const HEADER = 8;

/** @param {Uint8Array} wasm @returns {Map<number, Uint8Array>} contents by id, in order; none may come twice */
export function readSections(wasm) {
  const sections = new Map();
  for (let at = HEADER; at < wasm.length; ) {
    const id = wasm[at];
    const { value, next } = leb(wasm, at + 1);
    if (sections.has(id)) throw new Error(`two sections ${id}`);
    sections.set(id, wasm.subarray(next, next + value));
    at = next + value;
  }
  return sections;
}

/** @param {ReadonlyMap<number, Uint8Array>} sections @returns {Uint8Array} */
export function writeSections(sections) {
  const parts = [Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)];
  for (const [id, bytes] of sections) parts.push(Uint8Array.of(id), uleb(bytes.length), bytes);
  return Uint8Array.from(Buffer.concat(parts));
}

const CALL = 0x10;
const BR_TABLE = 0x0e;
const I32_CONST = 0x41;

/**
 * What follows the opcodes that are known here, by their first and last: `n` a number, `m` two (alignment and
 * offset), `b` a byte.  Signed numbers end as unsigned ones do.
 * @typedef {readonly [first: number, last: number, operands: string]} Range
 * @type {readonly Range[]}
 */
const PLAIN = [
  ...[
    [0x00, 0x01, ''],
    [0x02, 0x04, 'n'],
    [0x05, 0x05, ''],
    [0x0b, 0x0b, ''],
    [0x0c, 0x0d, 'n'],
  ],
  ...[
    [0x0f, 0x0f, ''],
    [CALL, CALL, 'n'],
    [0x1a, 0x1b, ''],
    [0x20, 0x24, 'n'],
    [0x28, 0x3e, 'm'],
  ],
  ...[
    [0x3f, 0x40, 'b'],
    [I32_CONST, 0x42, 'n'],
    [0x43, 0x43, 'bbbb'],
    [0x44, 0x44, 'bbbbbbbb'],
    [0x45, 0xc4, ''],
  ],
];
/** @type {readonly Range[]} saturating conversions and bulk memory */
const BULK = [
  [0, 7, ''],
  [8, 8, 'nb'],
  [9, 9, 'n'],
  [10, 10, 'bb'],
  [11, 11, 'b'],
];
/** @type {readonly Range[]} the relaxed ones included */
const SIMD = [
  ...[
    [0, 11, 'm'],
    [12, 13, 'b'.repeat(16)],
    [14, 20, ''],
    [21, 34, 'b'],
    [35, 83, ''],
    [84, 91, 'mb'],
    [92, 93, 'm'],
  ],
  [94, 0x113, ''],
];
const PREFIXED = new Map([
  [0xfc, BULK],
  [0xfd, SIMD],
]);

/**
 * The calls in a function's code (its locals first).
 * @param {Uint8Array} code
 * @returns {{ at: number, value: number, next: number }[]} which function each calls, and where that number stands
 * @throws Error for an instruction that is not known here, or if code does not end with the function
 */
export function callsOf(code) {
  const calls = [];
  let { value: groups, next: at } = leb(code, 0);
  for (; groups > 0; groups--) at = leb(code, at).next + 1;
  let depth = 1;
  while (depth > 0) {
    let op = code[at++];
    if (op === BR_TABLE) {
      let { value: labels, next } = leb(code, at);
      for (; labels >= 0; labels--) next = leb(code, next).next;
      at = next;
      continue;
    }
    if (op >= 0x02 && op <= 0x04) depth++;
    if (op === 0x0b) depth--;
    const isCall = op === CALL;
    const ranges = PREFIXED.get(op);
    if (ranges) ({ value: op, next: at } = leb(code, at));
    const range = (ranges ?? PLAIN).find(([first, last]) => first <= op && op <= last);
    if (!range)
      throw new Error(`unknown instruction ${ranges ? 'with prefix, ' : ''}0x${op?.toString(16)} at ${at}`);
    for (const operand of range[2]) {
      if (operand === 'b') at++;
      else {
        const { value, next } = leb(code, at);
        if (isCall) calls.push({ at, value, next });
        at = operand === 'm' ? leb(code, next).next : next;
      }
    }
  }
  if (at !== code.length) throw new Error(`code ends at ${at} of ${code.length} bytes`);
  return calls;
}
