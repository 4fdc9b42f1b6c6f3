// What makes one module of another: small where they are alike, and always exact.
import { describe, expect, test } from '@jest/globals';
import { delta } from '../../scripts/delta.mjs';
import { Random } from '../random.js';

const bytes = (n: number, seed: number): Uint8Array =>
  Uint8Array.from(new Random(seed).uniform(n, 0, 256), (v) => Math.floor(v) & 255);

/** As src/inlined.ts does it, by other means. */
function applied(from: Uint8Array, made: Uint8Array): Uint8Array {
  const view = new DataView(made.buffer, made.byteOffset, made.byteLength);
  const count = view.getInt32(4, true);
  const out: number[] = [];
  let [at, rest] = [0, 8 + 4 * count];
  for (let i = 0; i < count; i += 3) {
    const [skip, copy, take] = [0, 4, 8].map((o) => view.getInt32(8 + 4 * i + o, true));
    at += skip;
    out.push(...from.slice(at, at + copy), ...made.slice(rest, rest + take));
    at += copy;
    rest += take;
  }
  expect(rest).toBe(made.length);
  expect(out.length).toBe(view.getInt32(0, true));
  return Uint8Array.from(out);
}

describe('delta', () => {
  const from = bytes(4000, 1);
  const cases: Record<string, Uint8Array> = {
    'the same': from,
    'one byte changed': from.map((b, i) => (i === 2000 ? b ^ 1 : b)),
    'bytes put in': Uint8Array.from([...from.slice(0, 1000), 1, 2, 3, ...from.slice(1000)]),
    'bytes left out': Uint8Array.from([...from.slice(0, 1000), ...from.slice(1007)]),
    'halves exchanged': Uint8Array.from([...from.slice(2000), ...from.slice(0, 2000)]),
    'nothing in common': bytes(300, 2),
    'shorter than a run': bytes(3, 3),
    nothing: new Uint8Array(0),
  };

  test.each(Object.keys(cases))('%s', (name) => {
    expect(applied(from, delta(from, cases[name]))).toEqual(cases[name]);
  });

  test('is small where little differs', () => {
    for (const name of ['the same', 'one byte changed', 'bytes put in', 'bytes left out', 'halves exchanged'])
      expect(delta(from, cases[name]).length).toBeLessThan(60);
    expect(delta(from, cases['nothing in common']).length).toBeGreaterThan(300);
  });
});
