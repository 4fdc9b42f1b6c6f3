// The recurrences as ops: results against doubles, and every gradient against central differences of these.
import { describe, expect, test } from '@jest/globals';
import type { Engine } from '../../src/engine.js';
import { backward } from '../../src/ops/backward.js';
import { add, mul } from '../../src/ops/binary.js';
import { gru } from '../../src/ops/gru.js';
import { lstm } from '../../src/ops/lstm.js';
import { sum } from '../../src/ops/reduce.js';
import { rnn } from '../../src/ops/rnn.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { expectCanFail, expectClose, worst } from '../close.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { GATES, type Kind, type RecurrentProblem, recurrentLayer } from '../reference/recurrent.js';
import { differences, inner } from './differences.js';

const EPS = 2 ** -23;
const SIZES: [T: number, B: number, H: number][] = [
  [1, 1, 1],
  [2, 1, 3],
  [1, 3, 4],
  [4, 2, 5],
  [7, 1, 2],
];

type Inputs = 'x' | 'h0' | 'c0' | 'weight' | 'bias' | 'projection';
interface Problem extends RecurrentProblem {
  R: number;
  dh: Float32Array;
  dc: Float32Array;
}

function problem(kind: Kind, [T, B, H]: readonly number[], o: Partial<Record<string, boolean>>): Problem {
  const r = new Random(T + 10 * B + 100 * H);
  const R = o.projected ? Math.max(1, H - 2) : H;
  const n = GATES[kind] * H;
  return {
    ...{ kind, T, B, H, R, reverse: !!o.reverse },
    ...{ x: r.normal(T * B * n), h0: r.normal(B * R), c0: r.normal(B * H), weight: r.normal(n * R, 0.5) },
    bias: o.bias === false ? null : r.normal(n),
    projection: o.projected ? r.normal(R * H, 0.7) : null,
    lengths: o.lengths ? Array.from({ length: B }, (_, b) => Math.max(1, T - b)) : null,
    ...{ dh: r.normal(T * B * R), dc: r.normal(T * B * H) },
  };
}

/** The names of what takes part, with shapes. */
function operands({ kind, T, B, H, R, bias, projection }: Problem): Map<Inputs, number[]> {
  const n = GATES[kind] * H;
  const all = new Map<Inputs, number[]>([
    ['x', [T, B, n]],
    ['h0', [B, R]],
    ['weight', [n, R]],
  ]);
  if (kind === 'lstm') all.set('c0', [B, H]);
  if (bias) all.set('bias', [n]);
  if (projection) all.set('projection', [R, H]);
  return all;
}

/** Results and gradients by the engine. */
function run(engine: Engine, q: Problem): { h: number[]; c: number[]; grads: Map<Inputs, number[]> } {
  const { arena } = engine;
  return engine.scope(() => {
    const t = new Map<Inputs, Tensor>();
    for (const [name, shape] of operands(q))
      t.set(name, engine.tensor(Float32Array.from(q[name]!), shape, { requiresGrad: true }));
    const [x, h0, weight, bias] = [t.get('x')!, t.get('h0')!, t.get('weight')!, t.get('bias')];
    const lengths = q.lengths && Tensor.from(arena, q.lengths, [q.B], 'i32');
    const options = { reverse: q.reverse, lengths };
    const upstream = (y: Tensor, g: Float32Array): Tensor => sum(mul(y, engine.tensor(g, y.shape)));
    let h: Tensor;
    let c: Tensor | null = null;
    if (q.kind === 'lstm') {
      const projection = t.get('projection');
      const both = lstm(x, [h0, t.get('c0')!], weight, bias, { ...options, projection });
      [h, c] = [both.output, both.cells];
    } else if (q.kind === 'gru') h = gru(x, h0, weight, bias, options);
    else h = rnn(x, h0, weight, bias, { ...options, nonlinearity: q.kind });
    backward(c ? add(upstream(h, q.dh), upstream(c, q.dc)) : upstream(h, q.dh));
    return {
      h: Array.from(h.toArray()),
      c: c ? Array.from(c.toArray()) : [],
      grads: new Map([...t].map(([name, v]) => [name, Array.from(v.grad!.toArray())])),
    };
  });
}

function expectedGrad(q: Problem, name: Inputs): Float64Array {
  return differences((v) => {
    const { h, c } = recurrentLayer({ ...q, [name]: v });
    return inner(h, q.dh) + (q.kind === 'lstm' ? inner(c, q.dc) : 0);
  }, q[name]!);
}

const tolerance = (expected: ArrayLike<number>, c: number) => ({
  abs: c * EPS * Math.max(0.1, ...Array.from(expected, Math.abs)),
});

everyEngine('recurrences', (engine) => {
  describe.each(Object.keys(GATES) as Kind[])('%s', (kind) => {
    const variations: Partial<Record<string, boolean>>[] = [
      {},
      { reverse: true },
      { bias: false },
      { lengths: true },
      { lengths: true, reverse: true },
    ];
    if (kind === 'lstm')
      variations.push({ projected: true }, { projected: true, lengths: true, reverse: true });
    test.each(variations)('results and gradients, %j', (o) => {
      for (const size of SIZES) {
        const q = problem(kind, size, o);
        const actual = run(engine(), q);
        const { h, c } = recurrentLayer(q);
        expectClose(actual.h, h, tolerance(h, 16), `h of ${size}`);
        if (kind === 'lstm') expectClose(actual.c, c, tolerance(c, 16), `c of ${size}`);
        for (const name of operands(q).keys()) {
          const truth = expectedGrad(q, name);
          expectClose(actual.grads.get(name)!, truth, tolerance(truth, 32), `d${name} of ${size}`);
        }
      }
    });

    test('the tolerance rejects zeros, a dropped tail, a turned weight, and the other direction', () => {
      const q = problem(kind, [4, 2, 5], {});
      const { h } = recurrentLayer(q);
      expectCanFail(h, tolerance(h, 16));
      const columns = GATES[kind] * 5;
      const weight = Array.from(q.weight, (_, i) => q.weight[(i % 5) * columns + Math.floor(i / 5)]);
      for (const wrong of [
        { ...q, weight },
        { ...q, reverse: true },
      ])
        expect(worst(recurrentLayer(wrong).h, h, tolerance(h, 16)).excess).toBeGreaterThan(1);
      const truth = expectedGrad(q, 'weight');
      expectCanFail(truth, tolerance(truth, 32));
      const cut = expectedGrad({ ...q, dh: q.dh.slice().fill(0, 0, 10) }, 'weight');
      expect(worst(cut, truth, tolerance(truth, 32)).excess).toBeGreaterThan(1);
    });
  });
});
