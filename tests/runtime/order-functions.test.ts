// The build puts functions in another order: calls and exports must follow, and bytes that only look like calls stay.
import { describe, expect, test } from '@jest/globals';
import { orderAlong, orderFunctions, orderOf } from '../../scripts/order-functions.mjs';
import { callsOf, leb, readSections, uleb } from '../../scripts/wasm-code.mjs';

const I32 = 0x7f;
const CALL = 0x10;
const text = (s: string): number[] => [s.length, ...Buffer.from(s)];
const section = (id: number, ...items: number[][]): number[] => {
  const bytes = [items.length, ...items.flat()];
  return [id, ...uleb(bytes.length), ...bytes];
};
const fn = (...code: number[]): number[] => [...uleb(code.length + 2), 0, ...code, 0x0b];
const IMPORT = section(2, [...text('env'), ...text('memory'), 2, 1, 1, 9]);

/** Functions () -> i32, each exported by the name beside it. */
function moduleOf(functions: Record<string, number[]>, before = IMPORT): Uint8Array {
  const bodies = Object.values(functions);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [0x60, 0, 1, I32]),
    ...before,
    ...section(3, ...bodies.map(() => [0])),
    ...section(7, ...Object.keys(functions).map((name, i) => [...text(name), 0, i])),
    ...section(10, ...bodies),
  ]);
}

function results(wasm: Uint8Array): Record<string, number> {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 9 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(wasm)), {
    env: { memory },
  });
  const run = ([name, f]: [string, unknown]): [string, number] => [name, (f as () => number)()];
  return Object.fromEntries(Object.entries(exports).map(run).sort());
}

const number = (n: number): number[] => [0x41, n];
const ADD = 0x6a;
const vector = (byte: number): number[] => [0xfd, 12, ...new Array<number>(16).fill(byte)];
/** A hundred bytes or so that are like no others. */
const long = (byte: number): number[] => new Array(6).fill([...vector(byte), 0x1a]).flat();

describe('orderFunctions', () => {
  const functions = {
    red: fn(...long(1), ...number(1)),
    blue: fn(...long(CALL), CALL, 0, ...number(CALL), ADD),
    rose: fn(...long(1), CALL, 1, CALL, 3, ADD),

    navy: fn(...long(CALL), 0x02, I32, ...number(CALL), ...number(0), 0x0e, 1, 0, 0, 0x0b),
  };
  const wasm = moduleOf(functions);
  const ordered = orderFunctions(wasm);

  test('what is alike stands together, and every export gives what it gave', () => {
    const places = WebAssembly.Module.exports(new WebAssembly.Module(new Uint8Array(ordered)));
    expect(places.map(({ name }) => name)).toEqual(Object.keys(functions));
    expect(results(ordered)).toEqual({ blue: 17, navy: 16, red: 1, rose: 33 });
    expect(results(ordered)).toEqual(results(wasm));
    const code = Buffer.from(readSections(ordered).get(10)!);
    const at = (byte: number): number[] => [
      code.indexOf(Buffer.from(vector(byte))),
      code.lastIndexOf(Buffer.from(vector(byte))),
    ];
    const [[red, rose], [blue, navy]] = [at(1), at(CALL)];
    expect(rose < blue || navy < red).toBe(true);
    // once more changes nothing but, perhaps, the order
    expect(results(orderFunctions(ordered))).toEqual(results(wasm));
    expect(ordered.length).toBe(wasm.length);
  });

  test('calls are found, and nothing else', () => {
    const calls = Object.values(functions).map((body) =>
      callsOf(Uint8Array.from(body.slice(leb(Uint8Array.from(body), 0).next))),
    );
    expect(calls.map((found) => found.map(({ value }) => value))).toEqual([[], [0], [1, 3], []]);
  });

  test('along another: each at the place of its like, whatever has no like behind them', () => {
    const { red, blue, rose, navy } = functions;
    const more = { navy, teal: fn(...long(9), ...number(9)), red: fn(...long(1), ...number(2)), rose, blue };
    const order = [2, 0, 3, 1]; // rose, red, navy, blue
    const along = orderAlong(order, wasm, moduleOf(more));
    expect(along.map((i) => Object.keys(more)[i])).toEqual(['rose', 'red', 'navy', 'blue', 'teal']);
    expect(orderAlong(order, wasm, wasm)).toEqual(order);
    expect(orderAlong(order, wasm, moduleOf({ blue, rose: red })).length).toBe(2);
    expect(orderFunctions(wasm, orderOf(wasm))).toEqual(ordered);
  });

  test('what it does not read it refuses', () => {
    const imported = section(2, [...text('env'), ...text('f'), 0, 0]);
    expect(() => orderFunctions(moduleOf(functions, imported))).toThrow('section 2');
    const both = section(
      2,
      [...text('env'), ...text('memory'), 2, 1, 1, 9],
      [...text('env'), ...text('f'), 0, 0],
    );
    expect(() => orderFunctions(moduleOf(functions, both))).toThrow('section 2');
    const table = [...IMPORT, ...section(4, [0x70, 0, 1])];
    expect(() => orderFunctions(moduleOf(functions, table))).toThrow('section 4');
    expect(() => callsOf(Uint8Array.of(0, 0xd2, 0, 0x0b))).toThrow('unknown instruction 0xd2');
    expect(() => callsOf(Uint8Array.of(0, 0xfd, 0xff, 0x7f, 0x0b))).toThrow('unknown instruction');
    expect(() => callsOf(Uint8Array.of(0, 0x0b, 0x0b))).toThrow('code ends at 2 of 3 bytes');
  });
});
