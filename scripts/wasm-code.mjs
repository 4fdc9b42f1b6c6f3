// Just enough of WebAssembly's binary format to move functions about and to change instructions: sections, numbers, and
// what stands where.

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

/** The section of the functions' code. */
export const CODE = 10;

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
 * The instructions of a function's code (its locals first).
 * @param {Uint8Array} code
 * @returns {{ op: number, sub: number, at: number, operands: number, next: number }[]} opcode, what follows a prefix
 *   (else -1), where it stands, where its operands do, and what comes after it
 * @throws Error for an instruction that is not known here, or if code does not end with the function
 */
export function instructionsOf(code) {
  const found = [];
  let { value: groups, next: at } = leb(code, 0);
  for (; groups > 0; groups--) at = leb(code, at).next + 1;
  for (let depth = 1; depth > 0; ) {
    const start = at;
    const op = code[at++];
    const ranges = PREFIXED.get(op);
    let sub = -1;
    if (ranges) ({ value: sub, next: at } = leb(code, at));
    const operands = at;
    if (op >= 0x02 && op <= 0x04) depth++;
    if (op === 0x0b) depth--;
    if (op === BR_TABLE) {
      let { value: labels, next } = leb(code, at);
      for (; labels >= 0; labels--) next = leb(code, next).next;
      at = next;
    } else {
      const n = ranges ? sub : op;
      const range = (ranges ?? PLAIN).find(([first, last]) => first <= n && n <= last);
      if (!range)
        throw new Error(`unknown instruction ${ranges ? 'with prefix, ' : ''}0x${n?.toString(16)} at ${at}`);
      for (const operand of range[2]) {
        if (operand === 'b') at++;
        else {
          const { next } = leb(code, at);
          at = operand === 'm' ? leb(code, next).next : next;
        }
      }
    }
    found.push({ op, sub, at: start, operands, next: at });
  }
  if (at !== code.length) throw new Error(`code ends at ${at} of ${code.length} bytes`);
  return found;
}

/**
 * The calls in a function's code.
 * @param {Uint8Array} code
 * @returns {{ at: number, value: number, next: number }[]} which function each calls, and where that number stands
 */
export const callsOf = (code) =>
  instructionsOf(code)
    .filter(({ op }) => op === CALL)
    .map(({ operands, next }) => ({ at: operands, value: leb(code, operands).value, next }));

/** A section that is a vector, as the bytes of its items. @param {Uint8Array} bytes @param {(bytes: Uint8Array, at: number) => number} endOf */
export function items(bytes, endOf) {
  let { value: count, next: at } = leb(bytes, 0);
  const parts = [];
  for (; count > 0; count--) {
    const end = endOf(bytes, at);
    parts.push(bytes.subarray(at, end));
    at = end;
  }
  return parts;
}

/** @param {readonly Uint8Array[]} parts */
export const list = (parts) => Buffer.concat([uleb(parts.length), ...parts]);

/** The functions' bodies, each with its length before it. @param {ReadonlyMap<number, Uint8Array>} sections */
export const bodiesOf = (sections) =>
  items(sections.get(CODE), (bytes, at) => {
    const { value, next } = leb(bytes, at);
    return next + value;
  });

/** The other way. @param {readonly Uint8Array[]} codes */
export const codeSection = (codes) => list(codes.map((code) => Buffer.concat([uleb(code.length), code])));

/** A body without its length. @param {Uint8Array} body */
export const codeOf = (body) => body.subarray(leb(body, 0).next);

/** A code with some of its bytes replaced. @param {Uint8Array} code @param {readonly { at: number, next: number, bytes: Uint8Array }[]} edits in order */
export function edited(code, edits) {
  const parts = [];
  let from = 0;
  for (const { at, next, bytes } of edits) {
    parts.push(code.subarray(from, at), bytes);
    from = next;
  }
  return Buffer.concat([...parts, code.subarray(from)]);
}

const EXPORT = 7;
const TYPE = 1;
const FUNCTION = 3;

/** Over a name. @param {Uint8Array} bytes @param {number} at */
export function nameEnd(bytes, at) {
  const { value, next } = leb(bytes, at);
  return next + value;
}

/** Over an export. @param {Uint8Array} bytes @param {number} at */
export const exportEnd = (bytes, at) => leb(bytes, nameEnd(bytes, at) + 1).next;

/** @param {ReadonlyMap<number, Uint8Array>} sections @returns {Map<string, number>} exported functions by name */
export function functionsExported(sections) {
  const found = new Map();
  for (const item of items(sections.get(EXPORT), exportEnd)) {
    const kind = nameEnd(item, 0);
    const name = Buffer.from(item.subarray(leb(item, 0).next, kind)).toString();
    if (item[kind] === 0) found.set(name, leb(item, kind + 1).value);
  }
  return found;
}

/** The types of each function's parameters. @param {ReadonlyMap<number, Uint8Array>} sections */
export function parametersOf(sections) {
  const typeEnd = (bytes, at) => nameEnd(bytes, nameEnd(bytes, at + 1));
  const types = items(sections.get(TYPE), typeEnd).map((type) =>
    type.subarray(leb(type, 1).next, nameEnd(type, 1)),
  );
  return items(sections.get(FUNCTION), (bytes, at) => leb(bytes, at).next).map((f) => types[leb(f, 0).value]);
}
