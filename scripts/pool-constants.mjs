// Takes the constants of vectors within loops out of a module's code and puts them into its data.  A function loads
// those that it needs when it begins, and keeps them as locals.
//
// V8 11 and 12 make such constants before a loop, and have them in registers or on the stack.  V8 13 makes them anew by
// three instructions, 20 bytes in all, wherever they stand, and a loop of polynomials takes twice as long for what there
// is to decode.  What was loaded it cannot make anew.
import {
  bodiesOf,
  CODE,
  codeOf,
  codeSection,
  edited,
  instructionsOf,
  items,
  leb,
  list,
  parametersOf,
  readSections,
  uleb,
  writeSections,
} from './wasm-code.mjs';

/** Where they lie: before AssemblyScript's own data. */
const BEGIN = 64;
const END = 1024;

/** In functions that have so many: locals compress worse than the constants did. */
const MANY = 64;

const DATA_COUNT = 12;
const DATA = 11;
const BLOCK = 0x02;
const LOOP = 0x03;
const IF = 0x04;
const END_BLOCK = 0x0b;
const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const V128 = 0x7b;
const SIMD = 0xfd;
const V128_LOAD = 0;
const V128_LOAD32_SPLAT = 9;
const V128_CONST = 12;
const I32_CONST = 0x41;
const ALIGN = { 4: 2, 16: 4 };

/** @param {Uint8Array} wasm whose memory is not written from BEGIN to END @returns {Uint8Array} a copy */
export function poolConstants(wasm) {
  const sections = readSections(wasm);
  const codes = bodiesOf(sections).map(codeOf);
  const constants = codes.map(inLoops).map((found) => (found.length < MANY ? [] : found));
  const uses = new Map();
  for (const { value } of constants.flat()) uses.set(value, (uses.get(value) ?? 0) + 1);
  // Four bytes before sixteen; what is used most has the shortest addresses.
  const pool = [...uses.keys()].sort(
    (a, b) => a.length - b.length || uses.get(b) - uses.get(a) || (a < b ? -1 : 1),
  );
  const { places, bytes } = laidOut(pool);
  const parameters = parametersOf(sections);
  sections.set(
    CODE,
    codeSection(codes.map((code, i) => hoisted(code, parameters[i].length, constants[i], places))),
  );
  const data = items(sections.get(DATA), segmentEnd);
  if (data.some((segment) => startOf(segment) < BEGIN + bytes.length))
    throw new Error('the data begins before the end of the constants');
  const place = Uint8Array.of(0, I32_CONST, ...sleb(BEGIN), 0x0b);
  sections.set(DATA, list([Buffer.concat([place, uleb(bytes.length), bytes]), ...data]));
  if (sections.has(DATA_COUNT)) sections.set(DATA_COUNT, uleb(data.length + 1));
  return writeSections(sections);
}

/** The constants of vectors within loops. */
function inLoops(code) {
  const found = [];
  const blocks = [];
  let loops = 0;
  for (const { op, sub, at, operands, next } of instructionsOf(code)) {
    if (op === BLOCK || op === LOOP || op === IF) {
      blocks.push(op);
      if (op === LOOP) loops++;
    } else if (op === END_BLOCK && blocks.pop() === LOOP) loops--;
    else if (loops > 0 && op === SIMD && sub === V128_CONST && isPooled(code, operands))
      found.push({ at, next, value: valueAt(code, operands) });
  }
  return found;
}

/** The code with them as locals, which it sets from memory first. */
function hoisted(code, parameters, constants, places) {
  if (constants.length === 0) return code;
  const groups = items(code, (bytes, at) => leb(bytes, at).next + 1);
  const count = groups.reduce((sum, group) => sum + leb(group, 0).value, parameters);
  const values = [...new Set(constants.map(({ value }) => value))];
  const local = new Map(values.map((value, i) => [value, uleb(count + i)]));
  const declared = list([...groups, Buffer.concat([uleb(values.length), Uint8Array.of(V128)])]);
  const loads = values.map((value) =>
    Buffer.concat([load(value.length / 2, places.get(value)), Uint8Array.of(LOCAL_SET), local.get(value)]),
  );
  const start = instructionsOf(code)[0].at;
  return edited(code, [
    { at: 0, next: start, bytes: Buffer.concat([declared, ...loads]) },
    ...constants.map(({ at, next, value }) => ({
      at,
      next,
      bytes: Buffer.concat([Uint8Array.of(LOCAL_GET), local.get(value)]),
    })),
  ]);
}

/** Not zeros and not ones: a register is one or the other by an operation on itself. */
function isPooled(code, at) {
  const first = code[at];
  return (first !== 0 && first !== 255) || code.subarray(at, at + 16).some((byte) => byte !== first);
}

/** Four bytes if all lanes are the same, else sixteen. */
function valueAt(code, at) {
  const bytes = Buffer.from(code.subarray(at, at + 16));
  const lane = bytes.subarray(0, 4);
  return (Buffer.concat([lane, lane, lane, lane]).equals(bytes) ? lane : bytes).toString('hex');
}

function laidOut(pool) {
  const places = new Map();
  let end = BEGIN;
  for (const value of pool) {
    const size = value.length / 2;
    end = Math.ceil(end / size) * size;
    places.set(value, end);
    end += size;
  }
  if (end > END) throw new Error(`constants of vectors take ${end - BEGIN} bytes of ${END - BEGIN}`);
  const bytes = Buffer.alloc(end - BEGIN);
  for (const [value, place] of places) bytes.write(value, place - BEGIN, 'hex');
  return { places, bytes };
}

const load = (size, place) =>
  Buffer.concat([
    Uint8Array.of(I32_CONST, 0, SIMD, size === 4 ? V128_LOAD32_SPLAT : V128_LOAD, ALIGN[size]),
    uleb(place),
  ]);

/** Over an active segment of memory 0: a constant as its place, then its bytes. */
function segmentEnd(bytes, at) {
  const { value, next } = leb(bytes, placeEnd(bytes, at) + 1);
  return next + value;
}

function placeEnd(bytes, at) {
  if (bytes[at] !== 0 || bytes[at + 1] !== I32_CONST) throw new Error('expected data at a constant place');
  return leb(bytes, at + 2).next;
}

const startOf = (segment) => leb(segment, 2).value;

/** A signed LEB128 number, of one that is not negative. */
const sleb = (value) => (value < 64 ? [value] : [(value & 127) | 128, ...sleb(value >> 7)]);
