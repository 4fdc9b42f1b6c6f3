// What the tests of the PyTorch vectors share: cases into tensors, tolerances, the proof that these can
// fail, and the count at the end.
import { afterAll, describe, test } from '@jest/globals';
import type { Arena } from '../../src/tensor/arena.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { worst } from '../close.js';
import { everyEngine } from '../engine.js';
import { describeShared } from '../shared.js';
import { type Case, readVectors, type Vector, type Vectors, vectorPath } from './vectors.js';

const EPS = 2 ** -23;

/** A tensor of the arena, or one for each name. */
export function tensorOf(arena: Arena, v: Vector): Tensor {
  return Tensor.from(arena, v.data, v.shape, v.dtype);
}

/** Inputs as tensors; those with equal contents are one tensor, as in self-attention. */
export function tensorsOf(arena: Arena, vectors: Vectors): Record<string, Tensor> {
  const seen: [Vector, Tensor][] = [];
  return Object.fromEntries(
    Object.entries(vectors).map(([name, v]) => {
      const same = seen.find(
        ([w]) => w.dtype === v.dtype && equal(w.shape, v.shape) && equal(w.data, v.data),
      );
      if (same) return [name, same[1]];
      const t = tensorOf(arena, v);
      seen.push([v, t]);
      return [name, t];
    }),
  );
}

function equal(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.prototype.every.call(a, (x, i) => Object.is(x, b[i]));
}

/** `layer_norm_eps` -> `layerNormEps`; what is null or a remark is left out. */
export function camelCase(config: Record<string, unknown>): Record<string, unknown> {
  const renamed = Object.entries(config)
    .filter(([key, value]) => value !== null && key !== 'note')
    .map(([key, value]) => [key.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase()), value]);
  return Object.fromEntries(renamed);
}

/** By how many times the bound c eps max(M, 0.1) of the vectors' README is exceeded (<= 1 passes). */
export function excess(actual: ArrayLike<number>, expected: Vector, c: number): number {
  let M = 0;
  for (const x of expected.data) if (Number.isFinite(x)) M = Math.max(M, Math.abs(x));
  return worst(actual, expected.data, { abs: c * EPS * Math.max(M, 0.1) }).excess;
}

/** Throws unless both are the same f32, bit for bit. */
export function sameBits(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  const [a, b] = [actual, expected].map((x) => new Uint32Array(Float32Array.from(x).buffer));
  const i = a.findIndex((bits, k) => bits !== b[k]);
  if (a.length !== b.length || i >= 0)
    throw new Error(
      `${what}: other bits from element ${i} of ${b.length} on: ${actual[i]}, not ${expected[i]}`,
    );
}

/** Names and values that a case gives. */
export type Results = Record<string, ArrayLike<number>>;
export type Judge = (name: string, actual: ArrayLike<number>, expected: Vector) => number;
export type Run = (arena: Arena, c: Case) => Results;

export interface Topic {
  topic: string;
  /** what the case computes, under the names of its outputs (and of its gradients, `d name`) */
  run: Run;
  /** times the tolerance by which a result is off */
  judge: (c: Case) => Judge;
  /** cases that are not run, with the reason */
  pending?: (c: Case) => string | null;
}

/** The names of a case's expected results with their values. */
export function expectedOf(c: Case): Vectors {
  const grads = Object.entries(c.grads).map(([name, v]) => [`d ${name}`, v]);
  return { ...c.outputs, ...Object.fromEntries(grads) };
}

/** Declares the tests of a topic on every variant, and prints how many cases passed. */
export function testTopic({ topic, run, judge, pending = () => null }: Topic): void {
  const cases = readVectors(topic);
  describeShared(`PyTorch vectors: ${topic}`, vectorPath(topic), () => {
    everyEngine(topic, (engine, variant) => {
      let passed = 0;
      const skipped: string[] = [];
      for (const c of cases) {
        const reason = pending(c);
        if (reason) {
          skipped.push(`  pending ${c.name}: ${reason}`);
          test.skip(`${c.name}: ${reason}`, () => undefined);
          continue;
        }
        test(c.name, () => {
          const { arena } = engine();
          const before = arena.stats.blocks;
          compare(
            c,
            arena.scope(() => run(arena, c)),
            judge(c),
          );
          const leaked = arena.stats.blocks - before;
          // The one block that may stay is the arena's scratch.
          if (leaked > 1) throw new Error(`${leaked} blocks were not given back`);
          passed++;
        });
      }
      describe('the tolerance can fail', () => {
        for (const c of cases)
          if (!pending(c)) test(c.name, () => mustFail(engine().arena, c, run, judge(c)));
      });
      afterAll(() => {
        const counts = `${passed} passed, ${skipped.length} pending, of ${cases.length}`;
        process.stderr.write([`PyTorch ${topic} [${variant}]: ${counts}`, ...skipped, ''].join('\n'));
      });
    });
  });
}

function compare(c: Case, actual: Results, judge: Judge): void {
  const expected = expectedOf(c);
  for (const name of Object.keys(expected)) if (!actual[name]) throw new Error(`${name} was not computed`);
  for (const [name, values] of Object.entries(actual)) {
    const times = judge(name, values, expected[plain(name)]);
    if (!(times <= 1)) throw new Error(`${name}: ${times.toPrecision(3)} times the tolerance`);
  }
}

/** `output (another way)` is held against `output`. */
function plain(name: string): string {
  return name.replace(/ \(.*\)$/, '');
}

/** Zeros, a dropped last row and a transposed operand must be rejected wherever they differ from the truth. */
function mustFail(arena: Arena, c: Case, run: Run, judge: Judge): void {
  for (const [name, expected] of Object.entries(expectedOf(c))) {
    const zeros = new Float64Array(expected.data.length);
    const short = Float64Array.from(expected.data);
    short.fill(0, short.length - (expected.shape.at(-1) ?? 1));
    for (const [what, wrong] of Object.entries({ zeros, 'a dropped last row': short }))
      if (visible(expected, wrong) && !(judge(name, wrong, expected) > 1))
        throw new Error(`${name}: the tolerance accepts ${what}`);
  }
  for (const [name, operand] of Object.entries({ ...c.inputs, ...c.state })) {
    const wrong = transposed(operand);
    // An upstream gradient takes part in no output, and subnormals are as good as zero.
    if (!wrong || operand.dtype !== 'f32' || name.startsWith('grad_') || !visible(operand, wrong.data))
      continue;
    const inputs = name in c.inputs ? { ...c.inputs, [name]: wrong } : c.inputs;
    const state = name in c.inputs ? c.state : { ...c.state, [name]: wrong };
    const results = arena.scope(() => run(arena, { ...c, inputs, state }));
    const rejected = Object.entries(expectedOf(c)).some(([out, v]) => !(judge(out, results[out], v) <= 1));
    if (!rejected) throw new Error(`the tolerance accepts ${name} transposed`);
  }
}

/** Whether values differ somewhere by more than a gradient that is zero by mathematics may. */
function visible(expected: Vector, wrong: ArrayLike<number>): boolean {
  return Array.prototype.some.call(expected.data, (x, i) => Math.abs(x - wrong[i]) > 1e-4);
}

/** The elements of the transposed last two dimensions in the old shape; null if that changes nothing. */
function transposed(v: Vector): Vector | null {
  const [rows, columns] = [v.shape.at(-2) ?? 1, v.shape.at(-1) ?? 1];
  const data = v.data.slice();
  for (let i = 0; i < data.length; i++) {
    const at = i % (rows * columns);
    data[i] = v.data[i - at + (at % rows) * columns + Math.floor(at / rows)];
  }
  return equal(data, v.data) ? null : { ...v, data };
}
