// Constants of vectors in long loops become locals that are loaded when a function begins; nothing else changes.
import { describe, expect, test } from '@jest/globals';
import { poolConstants } from '../../scripts/pool-constants.mjs';
import { bodiesOf, codeOf, instructionsOf, readSections, uleb } from '../../scripts/wasm-code.mjs';
import { bytesOf } from './team.js';

const text = (s: string): number[] => [s.length, ...Buffer.from(s)];
const section = (id: number, ...items: number[][]): number[] => {
  const bytes = [...uleb(items.length), ...items.flat()];
  return [id, ...uleb(bytes.length), ...bytes];
};
const lanes = (...values: number[]): number[] => [...Buffer.from(Int32Array.from(values).buffer)];
const constant = (bytes: number[]): number[] => [0xfd, 12, ...bytes];
const ADD = [0xfd, 0xae, 0x01]; // i32x4.add
const DATA_AT = 1024;

/** f(n): n times, a sum of all the vectors; its lane `lane`.  One local of its own, and data at DATA_AT. */
function moduleOf(vectors: number[][], lane: number, dataAt = DATA_AT): Uint8Array {
  const [I32, V128] = [0x7f, 0x7b];
  const step = vectors.flatMap((v) => [0x20, 1, ...constant(v), ...ADD, 0x21, 1]);
  const more = [0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0]; // n - 1, again unless it is 0
  const code = [
    ...[1, 1, V128],
    ...[...constant(lanes(5, 5, 5, 5)), 0x21, 1], // outside of the loop
    ...[0x03, 0x40, ...step, ...more, 0x0b],
    ...[0x20, 1, 0xfd, 27, lane, 0x0b],
  ];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [0x60, 1, I32, 1, I32]),
    ...section(2, [...text('env'), ...text('memory'), 2, 1, 1, 9]),
    ...section(3, [0]),
    ...section(7, [...text('f'), 0, 0]),
    ...section(10, [...uleb(code.length), ...code]),
    ...section(11, [0, 0x41, (dataAt & 127) | 128, dataAt >> 7, 0x0b, 1, 77]),
  ]);
}

function run(wasm: Uint8Array, n: number): [number, number] {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 9 });
  const module = new WebAssembly.Module(new Uint8Array(wasm));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return [(exports.f as (n: number) => number)(n), new Uint8Array(memory.buffer)[DATA_AT]];
}

/** Constants of vectors left in a module's code. */
const constantsOf = (wasm: Uint8Array): number =>
  bodiesOf(readSections(wasm))
    .flatMap((body) => instructionsOf(codeOf(body)))
    .filter(({ op, sub }) => op === 0xfd && sub === 12).length;

const zeros = lanes(0, 0, 0, 0);
const many = Array.from({ length: 70 }, (_, i) => lanes(i + 1, i + 1, i + 1, i + 1));
const unlike = lanes(1, 2, 3, 4);

describe('poolConstants', () => {
  test.each([0, 1, 2, 3])('gives what was there before, lane %i', (lane) => {
    const wasm = moduleOf([...many, unlike, zeros, ...many], lane);
    const pooled = poolConstants(wasm);
    const want = 5 + 3 * (70 * 71 + lane + 1);
    expect(run(wasm, 3)).toEqual([want, 77]);
    expect(run(pooled, 3)).toEqual([want, 77]);
    expect(constantsOf(wasm)).toBe(143);
    expect(constantsOf(pooled)).toBe(2); // the one before the loop, and zeros
  });

  test('few stay where they are', () => {
    const wasm = moduleOf(many.slice(0, 10), 0);
    expect(constantsOf(poolConstants(wasm))).toBe(11);
    expect(run(poolConstants(wasm), 2)).toEqual(run(wasm, 2));
  });

  test('what does not fit is refused', () => {
    const [size, wide] = [240, 60];
    const distinct = Array.from({ length: size + 1 }, (_, i) => lanes(i + 9, i + 9, i + 9, i + 9));
    expect(() => poolConstants(moduleOf(distinct, 0))).toThrow('bytes of 960');
    expect(() => poolConstants(moduleOf(many, 0, 300))).toThrow('before the end of the constants');
    const unlikes = Array.from({ length: wide + 4 }, (_, i) => lanes(i, 1, 2, 3));
    expect(() => poolConstants(moduleOf(unlikes, 0))).toThrow('bytes of 960');
  });

  test('the build dot has fewer of them than simd', () => {
    expect(constantsOf(bytesOf('dot'))).toBeLessThan(constantsOf(bytesOf('simd')) - 400);
  });
});
