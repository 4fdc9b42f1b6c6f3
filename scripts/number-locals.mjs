// Gives the locals of functions other numbers, with which a module compresses better: almost half of what gzip leaves
// of ours says which local is read or written.  A compiler numbers them by how often each is used, so that functions
// that do the same to different operands differ in all their numbers; here they take those of what stands before them.
// Nothing else changes.  V8's optimizing compiler knows values and no locals: V8 11 makes the machine code that it made
// (three of our 243 functions have instructions in another order), V8 13 spills to other slots in a fifth of them.
import { deflateRawSync } from 'node:zlib';
import { orderOf } from './order-functions.mjs';
import {
  bodiesOf,
  CODE,
  callsOf,
  codeOf,
  codeSection,
  edited,
  functionsExported,
  instructionsOf,
  items,
  leb,
  list,
  parametersOf,
  readSections,
  uleb,
  writeSections,
} from './wasm-code.mjs';

const LOCAL_GET = 0x20;
const LOCAL_TEE = 0x22;
/** How far gzip looks back. */
const WINDOW = 32768;
/** It ends long before, as a rule. */
const PASSES = 4;

/**
 * New numbers by the old ones, for a function whose key this is.
 * @typedef {ReadonlyMap<string, readonly number[]>} Numbers
 */

/**
 * Numbers for the locals of a module, and an order of its functions to go with them.
 * @param {Uint8Array} wasm
 * @param {readonly string[]} kept exports that stay as they are, with all that they call
 * @returns {{ numbers: Numbers, order: number[] }}
 */
export function numbersOf(wasm, kept) {
  const sections = readSections(wasm);
  const functions = functionsOf(sections);
  const exported = functionsExported(sections);
  const roots = kept.map((name) => exported.get(name));
  const stay = new Set([...reachedFrom(roots, functions)].map((i) => functions[i].key));
  const free = functions.filter((f) => !stay.has(f.key) && f.types.length > f.parameters);
  const byUse = new Map(free.map((f) => [f.key, numberedByUse(f)]));
  const order = orderOf(numberLocals(wasm, byUse));
  const numbers = new Map();
  let before = Buffer.alloc(0);
  for (const f of order.map((i) => functions[i])) {
    // Functions that differ in nothing but what they call share their numbers.
    if (byUse.has(f.key) && !numbers.has(f.key)) numbers.set(f.key, fitted(f, byUse.get(f.key), before));
    const code = renumbered(f, numbers.get(f.key));
    before = Buffer.concat([before, uleb(code.length), code]).subarray(-WINDOW);
  }
  return { numbers, order };
}

/** @param {Uint8Array} wasm @param {Numbers} numbers @returns {Uint8Array} a copy, other functions as they were */
export function numberLocals(wasm, numbers) {
  const sections = readSections(wasm);
  const codes = functionsOf(sections).map((f) => renumbered(f, numbers.get(f.key)));
  return writeSections(sections.set(CODE, codeSection(codes)));
}

/** Each with the types of its locals, parameters first, and where their numbers stand. */
function functionsOf(sections) {
  const parameters = parametersOf(sections);
  return bodiesOf(sections).map((body, i) => {
    const code = codeOf(body);
    const instructions = instructionsOf(code);
    const declared = items(code, (bytes, at) => leb(bytes, at).next + 1).flatMap((group) =>
      new Array(leb(group, 0).value).fill(group.at(-1)),
    );
    const uses = instructions
      .filter(({ op }) => op >= LOCAL_GET && op <= LOCAL_TEE)
      .map(({ operands, next }) => ({ at: operands, next, local: leb(code, operands).value }));
    const calls = callsOf(code);
    const blank = edited(
      code,
      calls.map(({ at, next }) => ({ at, next, bytes: new Uint8Array() })),
    );
    return {
      code,
      start: instructions[0].at,
      types: [...parameters[i], ...declared],
      parameters: parameters[i].length,
      uses,
      calls: calls.map(({ value }) => value),
      key: Buffer.concat([list([parameters[i]]), blank]).toString('latin1'),
    };
  });
}

function reachedFrom(from, functions) {
  const reached = new Set();
  for (const left = [...from]; left.length > 0; ) {
    const i = left.pop();
    if (!reached.has(i)) left.push(...functions[i].calls);
    reached.add(i);
  }
  return reached;
}

/** Locals of a type together, so that declaring them is short, the most used of them first. */
function numberedByUse({ types, parameters, uses }) {
  const counts = types.map(() => 0);
  for (const { local } of uses) counts[local]++;
  const locals = [...types.keys()].slice(parameters);
  locals.sort((a, b) => types[b] - types[a] || counts[b] - counts[a]);
  const numbers = [...types.keys()];
  for (const [i, local] of locals.entries()) numbers[local] = parameters + i;
  return numbers;
}

/** Two locals exchange their numbers wherever the function compresses better that way behind what stands before it. */
function fitted(f, first, before) {
  const packed = (numbers) => {
    const code = renumbered(f, numbers);
    const dictionary = before.length > 0 ? before : undefined;
    return deflateRawSync(Buffer.concat([uleb(code.length), code]), { level: 9, dictionary }).length;
  };
  let numbers = first;
  let best = packed(numbers);
  for (let pass = 0, last = 0; pass < PASSES && best !== last; pass++) {
    last = best;
    for (let a = f.parameters; a < f.types.length; a++)
      for (let b = f.parameters; b < a; b++) {
        const exchanged = numbers.with(a, numbers[b]).with(b, numbers[a]);
        const bytes = packed(exchanged);
        if (bytes < best) [best, numbers] = [bytes, exchanged];
      }
  }
  return numbers;
}

/** A function's code with other numbers, with the same if there are none. */
function renumbered({ code, start, types, parameters, uses }, numbers) {
  if (!numbers) return code;
  const declared = [];
  for (const [local, type] of types.entries()) declared[numbers[local]] = type;
  const groups = [];
  for (const type of declared.slice(parameters))
    if (groups.at(-1)?.type === type) groups.at(-1).count++;
    else groups.push({ type, count: 1 });
  const head = list(groups.map(({ type, count }) => Buffer.concat([uleb(count), Uint8Array.of(type)])));
  return edited(code, [
    { at: 0, next: start, bytes: head },
    ...uses.map(({ at, next, local }) => ({ at, next, bytes: uleb(numbers[local]) })),
  ]);
}
