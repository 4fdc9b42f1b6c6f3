// Quantised weights in layers: where they go, what they give, and that nothing is held twice.
import { expect } from '@jest/globals';
import { ArgumentError, DisposedError, ShapeError } from '../../src/errors.js';
import { MultiheadAttention } from '../../src/nn/attention.js';
import { Embedding } from '../../src/nn/embedding.js';
import { Linear } from '../../src/nn/linear.js';
import { GRU, LSTM } from '../../src/nn/rnn.js';
import { backward } from '../../src/ops/backward.js';
import { embedding } from '../../src/ops/embedding.js';
import { linear } from '../../src/ops/linear.js';
import { QUANTIZED_DTYPES } from '../../src/ops/panel-matrix.js';
import { type QuantizedDType, QuantizedMatrix } from '../../src/ops/quantized.js';
import { sum } from '../../src/ops/reduce.js';
import { cat, narrow, transpose } from '../../src/ops/view.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { expectClose } from '../close.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { gemmQ8 } from '../reference/quant.js';
import { cleanTest, list, normals } from './helpers.js';

everyEngine('quantised weights', (engine) => {
  const tensor = normals(engine, new Random(11));
  const clean = cleanTest(engine);

  /** Owned by the scope of the test. */
  const quantized = (w: Tensor, body: (q: QuantizedMatrix) => void, dtype?: QuantizedDType): void => {
    const q = QuantizedMatrix.from(w, dtype);
    try {
      body(q);
    } finally {
      q.dispose();
    }
  };

  const relative = (got: Tensor, want: Tensor): number => {
    const [g, w] = [list(got), list(want)];
    return Math.hypot(...w.map((v, i) => v - g[i])) / Math.hypot(...w);
  };

  clean('linear: the bits of the specification, with bias and residual, any strides of x', () => {
    const [w, x, bias] = [tensor(37, 21), tensor(2, 3, 21), tensor(37)];
    const residual = tensor(2, 3, 37);
    const g = { M: 6, N: 37, K: 21, xm: 21, wn: 21, wk: 1, rm: 37 };
    const data = { x: x.toArray() as Float32Array, w: w.toArray() as Float32Array };
    const more = { bias: bias.toArray() as Float32Array, residual: residual.toArray() as Float32Array };
    quantized(w, (q) => {
      expect(q.shape).toEqual([37, 21]);
      expectClose(linear(x, q, bias, { residual }).toArray(), gemmQ8({ ...g, ...data, ...more }), {});
      const turned = transpose(cat([x, x], 1), 0, 1); // rows apart
      const rows = narrow(turned, 0, 0, 3);
      expect(list(transpose(linear(rows, q), 0, 1))).toEqual(list(linear(x, q)));
      const columns = transpose(transpose(x, 1, 2), 1, 2);
      expect(list(linear(columns, q))).toEqual(list(linear(x, q)));
      const scattered = transpose(tensor(21, 6), 0, 1); // columns apart
      const dense = engine().tensor(scattered.toArray() as Float32Array, [6, 21]);
      expect(list(linear(scattered, q))).toEqual(list(linear(dense, q)));
    });
  });

  clean('a result depends on its row alone: batch and padding change no bit', () => {
    const x = tensor(9, 64);
    quantized(tensor(48, 64), (q) => {
      const whole = list(linear(x, q));
      for (const [first, n] of [
        [0, 1],
        [3, 2],
        [8, 1],
        [2, 7],
      ])
        expect(list(linear(narrow(x, 0, first, n), q))).toEqual(whole.slice(48 * first, 48 * (first + n)));
      expect(list(linear(cat([x, tensor(3, 64)]), q)).slice(0, whole.length)).toEqual(whole);
    });
  });

  clean('a quarter of the memory, and unpacking gives what was rounded', () => {
    const w = tensor(64, 256);
    quantized(w, (q) => {
      expect(q.bytes).toBe(64 * 256 + 8 * 64);
      for (const [dtype, bits] of [
        ['q4', 4.5],
        ['q4_1', 5],
        ['q8_0', 8.5],
      ] as const)
        quantized(w, (other) => expect(other.bytes).toBe((64 * 256 * bits) / 8), dtype);
      const back = q.unpack();
      expect(relative(back, w)).toBeLessThan(0.01);
      expect(relative(back, w)).toBeGreaterThan(0.001);
      // quantising what is quantised changes nothing
      quantized(back, (again) => expect(list(again.unpack())).toEqual(list(back)));
    });
  });

  clean('rows in place, filling in strips, disposal', () => {
    const w = tensor(40, 19);
    const x = tensor(2, 19);
    const check = (dtype: QuantizedDType) => (q: QuantizedMatrix) => {
      const y = list(narrow(linear(x, q), -1, 16, 24));
      expect(list(linear(x, q.rows(16, 40)))).toEqual(y);
      expect(() => q.rows(8, 40)).toThrow(ShapeError);
      const strips = QuantizedMatrix.empty(engine().arena, 40, 19, dtype);
      strips.fill(32, narrow(w, 0, 32, 8));
      strips.fill(0, narrow(w, 0, 0, 32));
      expect(() => strips.fill(0, narrow(w, 0, 0, 8))).toThrow(ShapeError);
      expect(list(strips.unpack())).toEqual(list(q.unpack()));
      strips.dispose();
      expect(() => linear(x, strips)).toThrow(DisposedError);
    };
    for (const dtype of QUANTIZED_DTYPES) quantized(w, check(dtype), dtype);
    expect(() => QuantizedMatrix.from(tensor(3))).toThrow(ShapeError);
    expect(() => QuantizedMatrix.from(w, 'q3' as 'q8')).toThrow(ArgumentError);
    expect(() => QuantizedMatrix.empty(engine().arena, 1, 131073)).toThrow(ShapeError);
    expect(() => quantized(tensor(4, 5), (q) => linear(x, q))).toThrow(ShapeError);
  });

  clean('embedding reads rows of the quantised matrix', () => {
    for (const dtype of QUANTIZED_DTYPES)
      quantized(
        tensor(33, 20),
        (q) => {
          const ids = Tensor.from(engine().arena, Int32Array.of(32, 0, 17, 32), [2, 2], 'i32');
          const all = list(q.unpack());
          const want = [32, 0, 17, 32].flatMap((id) => all.slice(20 * id, 20 * id + 20));
          const y = embedding(ids, q);
          expect(y.shape).toEqual([2, 2, 20]);
          expect(list(y)).toEqual(want);
        },
        dtype,
      );
  });

  clean('gradients flow through a quantised weight to x and bias', () => {
    const x = tensor(3, 20);
    x.requiresGrad = true;
    quantized(tensor(18, 20), (q) => {
      backward(sum(linear(x, q)));
      const w = q.unpack();
      const ones = engine().tensor(new Float32Array(54).fill(1), [3, 18]);
      expect(list(x.grad!)).toEqual(list(linear(ones, transpose(w, 0, 1))));
    });
  });

  clean('Module.pack({dtype}): Linear, attention, tied tables; nothing is held twice', () => {
    const before = engine().memory.used;
    const layer = new Linear(engine(), 256, 512);
    const table = new Embedding(engine(), 512, 256);
    layer.weight.tie(table.weight);
    const x = tensor(2, 256);
    const plain = layer.forward(x);
    layer.pack({ dtype: 'q8' });
    expect(layer.weight.matrix).toBeInstanceOf(QuantizedMatrix);
    expect(table.weight.matrix).toBe(layer.weight.matrix);
    expect(engine().memory.used - before).toBeLessThan(512 * 256 * 1.1 + 20000);
    expect(relative(layer.forward(x), plain)).toBeLessThan(0.03);
    layer.pack(); // to f32 panels: of the rounded numbers
    expect(layer.weight.matrix).not.toBeInstanceOf(QuantizedMatrix);
    expect(relative(layer.forward(x), plain)).toBeLessThan(0.01);
    table.dispose();
    layer.dispose();

    const attention = new MultiheadAttention(engine(), 24, 3, { batchFirst: true });
    const [q, kv] = [tensor(1, 5, 24), tensor(1, 4, 24)];
    const outputs = () => [attention.forward(q, q, q), attention.forward(q, kv, kv)].map((r) => r.output);
    const exact = outputs();
    attention.pack({ dtype: 'q8' });
    outputs().forEach((y, i) => {
      const error = relative(y, exact[i]);
      expect([error > 1e-4, error < 0.04]).toEqual([true, true]);
    });
    attention.dispose();
  });

  clean('before there are values it is a plan; recurrences stay f32', () => {
    const layer = new Linear(engine(), 8, 8).pack({ dtype: 'q8' });
    expect(layer.weight.packsWhenSet).toBe('q8');
    expect(layer.weight.materialized).toBe(false);
    layer.forward(tensor(1, 8));
    expect(layer.weight.matrix).toBeInstanceOf(QuantizedMatrix);
    layer.dispose();
    for (const Type of [GRU, LSTM]) {
      const net = new Type(engine(), 6, 5);
      const x = tensor(3, 2, 6);
      const exact = net.forward(x)[0];
      net.pack({ dtype: 'q8' });
      const quantised = [...net.namedParameters()].filter(
        ([, p]) => p.isPacked && p.matrix instanceof QuantizedMatrix,
      );
      expect(quantised.map(([name]) => name)).toEqual(['weight_ih_l0']);
      expect(relative(net.forward(x)[0], exact)).toBeLessThan(0.03);
      // whatever put it there, a quantised recurrent weight still works
      net.weight_hh_l0.pack('q8');
      expect(relative(net.forward(x)[0], exact)).toBeLessThan(0.03);
      net.dispose();
    }
  });
});
