// Puts the functions of a module into an order in which they compress better: gzip finds what was said before only
// within 32 kB, and a compiler writes functions in the order in which it came upon them.  Nothing but indices
// changes, so every function stays the code that it was.
import { alike } from './alike.mjs';
import {
  bodiesOf,
  CODE,
  callsOf,
  codeOf,
  codeSection,
  edited,
  exportEnd,
  items,
  leb,
  list,
  nameEnd,
  readSections,
  uleb,
  writeSections,
} from './wasm-code.mjs';

const IMPORT = 2;
const FUNCTION = 3;
const EXPORT = 7;
/** Sections that say nothing of functions: types, memories, data and their number. */
const OTHERS = new Set([1, 5, 11, 12]);

/** @param {Uint8Array} wasm @returns {number[]} its functions in an order that compresses well */
export const orderOf = (wasm) => alike(bodiesOf(readSections(wasm)));

/**
 * An order for another module of mostly the same functions, each at the place of its like, so that what differs
 * between the two is little (delta.mjs).
 * @param {readonly number[]} order of `first` @param {Uint8Array} first @param {Uint8Array} second
 * @returns {number[]} of `second`
 */
export function orderAlong(order, first, second) {
  const [ours, others] = [first, second].map((wasm) => bodiesOf(readSections(wasm)).map(runsOf));
  const left = new Set(others.keys());
  const places = new Map();
  // The same ones first: what is left is few, and finds its like among few.
  for (const least of [1, 0])
    for (const i of order) {
      if (places.has(i) || left.size === 0) continue;
      const [like, share] = [...left]
        .map((j) => /** @type {const} */ ([j, shareOf(ours[i], others[j])]))
        .reduce((best, next) => (next[1] > best[1] ? next : best));
      if (share < least) continue;
      places.set(i, like);
      left.delete(like);
    }
  return [...order.flatMap((i) => places.get(i) ?? []), ...left];
}

/** Bytes that stand together in a body. */
function runsOf(body) {
  const text = Buffer.from(body).toString('latin1');
  return new Set(Array.from({ length: Math.max(text.length - 7, 0) }, (_, i) => text.slice(i, i + 8)));
}

/** 1 if they are the same, 0 if nothing in them is. */
function shareOf(a, b) {
  let common = 0;
  for (const run of a) if (b.has(run)) common++;
  return a.size + b.size === 0 ? 1 : (2 * common) / (a.size + b.size);
}

/**
 * @param {Uint8Array} wasm a module without imported functions, tables or names
 * @param {readonly number[]} [order] its functions by their present indices @returns {Uint8Array} a copy
 */
export function orderFunctions(wasm, order = orderOf(wasm)) {
  const sections = readSections(wasm);
  const types = items(sections.get(FUNCTION), (bytes, at) => leb(bytes, at).next);
  const bodies = bodiesOf(sections);
  const now = new Uint32Array(order.length);
  for (const [index, old] of order.entries()) now[old] = index;
  for (const [id, bytes] of sections) {
    if (id === FUNCTION) sections.set(id, list(order.map((old) => types[old])));
    else if (id === CODE)
      sections.set(id, codeSection(order.map((old) => renumbered(codeOf(bodies[old]), now))));
    else if (id === EXPORT)
      sections.set(id, list(items(bytes, exportEnd).map((item) => exported(item, now))));
    else if (id === IMPORT ? !importsMemory(bytes) : !OTHERS.has(id))
      throw new Error(`section ${id} may speak of functions that this does not read`);
  }
  return writeSections(sections);
}

/** Imported functions would come first in the count. */
function importsMemory(bytes) {
  const { value: count, next } = leb(bytes, 0);
  return count === 1 && bytes[nameEnd(bytes, nameEnd(bytes, next))] === 2;
}

function exported(item, now) {
  const kind = nameEnd(item, 0);
  if (item[kind] !== 0) return item;
  return Buffer.concat([item.subarray(0, kind + 1), uleb(now[leb(item, kind + 1).value])]);
}

/** A function's code, its calls renumbered. */
const renumbered = (code, now) =>
  edited(
    code,
    callsOf(code).map(({ at, value, next }) => ({ at, next, bytes: uleb(now[value]) })),
  );
