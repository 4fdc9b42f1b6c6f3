// Ways in which a result goes wrong.  A tolerance that accepts one of them, where it shows, proves nothing.
import type { OnnxTensor } from '../onnx-cases.js';

export interface Wrong {
  what: string;
  values: Float64Array;
}

/** Wrong results for an output, each of which differs from it by more than the tolerance allows. */
export function wrongs(expected: OnnxTensor, allowed: number): Wrong[] {
  const { data, shape } = expected;
  if (data.length === 0) return [];
  const row = shape.at(-1) ?? 1;
  const copy = (change: (v: Float64Array) => void): Float64Array => {
    const v = data.slice();
    change(v);
    return v;
  };
  const candidates: Wrong[] = [
    { what: 'zeros', values: new Float64Array(data.length) },
    { what: 'a dropped last row', values: copy((v) => v.fill(0, v.length - row)) },
    { what: 'rows in the place of columns', values: copy((v) => transpose(v, data, shape)) },
    { what: 'everything one place later', values: copy((v) => v.set(data.subarray(0, -1), 1)) },
  ];
  const visible = candidates.filter(({ values }) => differs(values, data, allowed));
  return [...visible, nudged(data, allowed)];
}

/** One element moved by twice what is allowed. */
function nudged(data: Float64Array, allowed: number): Wrong {
  const values = data.slice();
  const at = values.length >> 1;
  const x = values[at];
  values[at] = Number.isFinite(x) ? x + (2 * allowed || 1) * Math.max(1, Math.abs(x)) : 0;
  return { what: `a wrong element ${at}`, values };
}

function differs(a: Float64Array, b: Float64Array, allowed: number): boolean {
  return a.some(
    (x, i) => !(Math.abs(x - b[i]) <= 10 * allowed * Math.max(1, Math.abs(b[i]))) && !Object.is(x, b[i]),
  );
}

function transpose(into: Float64Array, from: Float64Array, shape: readonly number[]): void {
  const [rows, columns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  for (let i = 0; i < into.length; i++) {
    const at = i % (rows * columns);
    into[i] = from[i - at + (at % rows) * columns + Math.floor(at / rows)];
  }
}
