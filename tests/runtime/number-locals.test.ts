// The build gives locals other numbers: what functions compute must stay, and so must those that are to be kept.
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { numberLocals, numbersOf } from '../../scripts/number-locals.mjs';
import {
  bodiesOf,
  functionsExported,
  leb,
  parametersOf,
  readSections,
  uleb,
} from '../../scripts/wasm-code.mjs';

const I32 = 0x7f;
const F32 = 0x7d;
const text = (s: string): number[] => [s.length, ...Buffer.from(s)];
const section = (id: number, ...items: number[][]): number[] => {
  const bytes = [items.length, ...items.flat()];
  return [id, ...uleb(bytes.length), ...bytes];
};
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const number = (n: number): number[] => [0x41, n];
const MUL = 0x6c;
const ADD = 0x6a;
const CALL = 0x10;

/** Of (i32) -> i32: locals 1 to 5 of these types, then code. */
const fn = (types: number[], ...code: number[][]): number[] => {
  const body = [types.length, ...types.flatMap((type) => [1, type]), ...code.flat(), 0x0b];
  return [...uleb(body.length), ...body];
};

/** ((x + 3) * 5 + x * 7) + 2 * (x + 3), by the locals a, b and c; f is a float's, and used once. */
const formula = (types: number[], [a, b, c, f]: [number, number, number, number], more: number[] = []) =>
  fn(
    types,
    [...get(0), ...number(3), ADD, ...set(a)],
    [...get(a), ...number(5), MUL, ...set(b)],
    [0x43, 0, 0, 0x80, 0x3f, ...set(f)],
    [...get(0), ...number(7), MUL, 0x22, c, ...set(c)],
    [...get(b), ...get(c), ADD, ...get(a), ...get(a), ADD, ADD, ...get(f), 0xa8, ADD],
    more,
  );

function moduleOf(functions: Record<string, number[]>): Uint8Array {
  const bodies = Object.values(functions);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [0x60, 1, I32, 1, I32]),
    ...section(2, [...text('env'), ...text('memory'), 2, 1, 1, 9]),
    ...section(3, ...bodies.map(() => [0])),
    ...section(7, ...Object.keys(functions).map((name, i) => [...text(name), 0, i])),
    ...section(10, ...bodies),
  ]);
}

function results(wasm: Uint8Array): [string, number][] {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 9 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(wasm)), {
    env: { memory },
  });
  return Object.entries(exports).map(([name, f]) => [name, (f as (x: number) => number)(11)]);
}

describe('numberLocals', () => {
  const mixed = [F32, I32, I32, I32, I32];
  const functions = {
    first: formula(mixed, [2, 3, 4, 1]),
    second: formula([I32, I32, F32, I32, I32], [5, 1, 4, 3]),
    third: formula([I32, F32, I32, I32, F32], [3, 4, 1, 5]),
    caller: formula(mixed, [5, 4, 2, 1], [CALL, 5]),
    other: formula(mixed, [5, 4, 2, 1], [CALL, 1]),
    callee: formula(mixed, [4, 2, 5, 1]),
  };
  const wasm = moduleOf(functions);
  const { numbers, order } = numbersOf(wasm, []);
  const numbered = numberLocals(wasm, numbers);
  const bodies = (of: Uint8Array): string[] =>
    bodiesOf(readSections(of)).map((b) => Buffer.from(b).toString('hex'));

  test('every function computes what it did, in fewer bytes once compressed', () => {
    const x = 11;
    const y = (x + 3) * 5 + x * 7 + 2 * (x + 3) + 1;
    expect(results(wasm)[0]).toEqual(['first', y]);
    expect(results(numbered)).toEqual(results(wasm));
    const size = (of: Uint8Array): number => deflateRawSync(of, { level: 9 }).length;
    expect(size(numbered)).toBeLessThan(0.8 * size(wasm));
    expect([...order].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    // what is alike but for its numbers has the same ones
    const [first, second] = bodies(numbered);
    expect(first).toBe(second);
  });

  test('what is to be kept is, with what it calls', () => {
    const some = numberLocals(wasm, numbersOf(wasm, ['caller']).numbers);
    const same = bodies(some).map((body, i) => body === bodies(wasm)[i]);
    // the other one differs from the first only in whom it calls
    expect(same.slice(3)).toEqual([true, true, true]);
    expect(same.slice(0, 3)).toContain(false);
    expect(results(some)).toEqual(results(wasm));
  });

  test('another module: the same functions have the same numbers, others stay', () => {
    const { second, callee } = functions;
    const strange = formula(mixed, [2, 3, 4, 1], [...number(1), ADD]);
    const other = moduleOf({ callee, strange, second });
    const [a, b, c] = bodies(numberLocals(other, numbers));
    expect([a, c]).toEqual([bodies(numbered)[5], bodies(numbered)[1]]);
    expect(b).toBe(bodies(other)[1]);
  });

  test('a module’s exports and parameters are read', () => {
    const sections = readSections(wasm);
    expect([...functionsExported(sections).keys()]).toEqual(Object.keys(functions));
    expect(parametersOf(sections).map((types) => [...types])).toEqual(new Array(6).fill([I32]));
    expect(leb(uleb(300), 0).value).toBe(300);
  });
});
