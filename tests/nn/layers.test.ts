// Linear, Embedding, norms, Dropout: shapes, defaults, errors.
import { describe, expect, test } from '@jest/globals';
import { Dropout } from '../../src/nn/dropout.js';
import { Embedding } from '../../src/nn/embedding.js';
import { LayerNorm } from '../../src/nn/layernorm.js';
import { Linear } from '../../src/nn/linear.js';
import { RMSNorm } from '../../src/nn/rmsnorm.js';
import { backward } from '../../src/ops/backward.js';
import { layerNorm, rmsNorm } from '../../src/ops/norm.js';
import { sum } from '../../src/ops/reduce.js';
import { Generator } from '../../src/tensor/generator.js';
import { noGrad } from '../../src/tensor/tape.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { cleanTest, largest, normals } from './helpers.js';

everyEngine('layers', (engine) => {
  const random = new Random(4);
  const tensor = normals(engine, random);
  const ids = (...values: number[]): Tensor => engine().tensor(Int32Array.from(values));

  const clean = cleanTest(engine);

  describe('Linear', () => {
    clean('maps the last dimension and starts in +-1 / sqrt(in)', () => {
      const layer = new Linear(engine(), 16, 400);
      expect(layer.forward(tensor(2, 3, 16)).shape).toEqual([2, 3, 400]);
      expect(layer.forward(tensor(16)).shape).toEqual([400]);
      expect(layer.forward(tensor(0, 16)).shape).toEqual([0, 400]);
      for (const p of [layer.weight, layer.bias!]) {
        const most = largest(p.tensor);
        expect(most).toBeLessThanOrEqual(0.25);
        expect(most).toBeGreaterThan(0.24);
      }
      layer.dispose();
    });

    clean('activation and residual on the way out', () => {
      const layer = new Linear(engine(), 4, 3);
      const [x, residual] = [tensor(2, 4), tensor(2, 3)];
      const y = layer.forward(x).toArray();
      expect(layer.forward(x, { activation: 'relu', residual }).toArray()).toEqual(
        y.map((v, i) => Math.max(v, 0) + residual.toArray()[i]),
      );
      layer.dispose();
    });

    test('refuses another size', () => {
      engine().scope(() => {
        const layer = new Linear(engine(), 4, 3, { bias: false });
        expect(layer.bias).toBeNull();
        expect(() => layer.forward(tensor(2, 5))).toThrow(/\[2, 5\] does not fit weight of shape \[3, 4\]/);
        layer.dispose();
      });
    });
  });

  describe('Embedding', () => {
    clean('gathers rows, of a packed table as well', () => {
      const layer = new Embedding(engine(), 7, 5);
      const rows = layer.weight.tensor.toArray();
      const expected = [3, 0, 6].flatMap((id) => [...rows.slice(5 * id, 5 * id + 5)]);
      const out = layer.forward(ids(3, 0, 6));
      expect(out.shape).toEqual([3, 5]);
      expect([...out.toArray()]).toEqual(expected);
      layer.weight.pack();
      expect([...layer.forward(ids(3, 0, 6)).toArray()]).toEqual(expected);
      layer.dispose();
    });

    clean('the padding row starts at 0 and gets no gradient', () => {
      for (const paddingIdx of [2, -5]) {
        const layer = new Embedding(engine(), 7, 2, { paddingIdx, generator: new Generator(1) });
        expect(layer.paddingIdx).toBe(2);
        const plain = new Embedding(engine(), 7, 2, { generator: new Generator(1) });
        const expected = plain.weight.tensor.toArray();
        expected.fill(0, 4, 6);
        expect(layer.weight.tensor.toArray()).toEqual(expected);
        layer.requiresGrad();
        // A padding row that has a value keeps it in the output.
        layer.weight.tensor.data.fill(9, 4, 6);
        const y = layer.forward(ids(2, 3, 2, 3));
        expect([...y.toArray().slice(0, 2)]).toEqual([9, 9]);
        backward(sum(y));
        expect([...layer.weight.grad!.toArray()]).toEqual([0, 0, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0]);
        expect(noGrad(layer.arena, () => layer.forward(ids(2))).requiresGrad).toBe(false);
        for (const l of [layer, plain]) l.dispose();
      }
    });

    clean('fromPretrained() copies, and is frozen unless told otherwise', () => {
      const rows = tensor(3, 2);
      const layer = Embedding.fromPretrained(rows);
      const open = Embedding.fromPretrained(rows, { freeze: false });
      rows.data.fill(0);
      expect(layer.forward(ids(1)).toArray()).toEqual(open.forward(ids(1)).toArray());
      expect(layer.forward(ids(1)).toArray()).not.toEqual(Float32Array.of(0, 0));
      expect([layer, open].map((l) => l.weight.requiresGrad)).toEqual([false, true]);
      for (const l of [layer, open]) l.dispose();
      expect(() => Embedding.fromPretrained(tensor(3))).toThrow(/rows must be \(V, D\), got \[3\]/);
    });

    test('refuses rows that are not there', () => {
      engine().scope(() => {
        expect(() => new Embedding(engine(), 7, 2, { paddingIdx: 7 })).toThrow(/row of 7, got 7/);
        const layer = new Embedding(engine(), 7, 2);
        expect(() => layer.forward(ids(0, 7))).toThrow(/0\.\.6, got 7/);
        expect(() => layer.forward(tensor(2))).toThrow(/ids must be i32/);
        layer.dispose();
      });
    });
  });

  describe('norms', () => {
    clean('are the ops with their parameters', () => {
      const x = tensor(4, 3, 5);
      const [weight, bias] = [tensor(3, 5), tensor(3, 5)];
      const layer = new LayerNorm(engine(), [3, 5], { eps: 1e-3 });
      layer.loadStateDict(new Map(Object.entries({ weight, bias })));
      expect(layer.forward(x).toArray()).toEqual(layerNorm(x, [3, 5], weight, bias, { eps: 1e-3 }).toArray());
      const rms = new RMSNorm(engine(), [3, 5]);
      rms.loadStateDict(new Map([['weight', weight]]));
      expect(rms.forward(x).toArray()).toEqual(rmsNorm(x, [3, 5], weight, { eps: 2 ** -23 }).toArray());
      for (const l of [layer, rms]) l.dispose();
    });

    clean('start as the identity on normalised rows, with or without parameters', () => {
      const x = tensor(4, 5);
      const keys = (m: LayerNorm): string[] => [...m.namedParameters()].map(([key]) => key);
      const all = [{}, { bias: false }, { elementwiseAffine: false }].map(
        (o) => new LayerNorm(engine(), 5, o),
      );
      expect(all.map(keys)).toEqual([['weight', 'bias'], ['weight'], []]);
      for (const layer of all) expect(layer.forward(x).toArray()).toEqual(all[0].forward(x).toArray());
      const bare = new RMSNorm(engine(), 5, { elementwiseAffine: false });
      const full = new RMSNorm(engine(), 5);
      expect(bare.forward(x).toArray()).toEqual(full.forward(x).toArray());
      for (const l of [...all, bare, full]) l.dispose();
    });

    test('refuse another size', () => {
      engine().scope(() => {
        expect(() => new LayerNorm(engine(), 5).forward(tensor(2, 4))).toThrow(/\[2, 4\]/);
        expect(() => new RMSNorm(engine(), [3, 5]).forward(tensor(5))).toThrow(/\[5\]/);
      });
    });
  });

  describe('Dropout', () => {
    clean('does nothing outside training', () => {
      const x = tensor(3, 4);
      expect(new Dropout(engine(), 0.9).forward(x)).toBe(x);
      expect(new Dropout(engine(), 0).train().forward(x)).toBe(x);
    });

    clean('drops by the seed, scales the rest, and drops alike in the backward pass', () => {
      const x = engine().tensor(new Float32Array(1000).fill(1), [1000], { requiresGrad: true });
      const layer = (): Dropout => new Dropout(engine(), 0.25, { generator: new Generator(6) }).train();
      const y = layer().forward(x);
      const kept = y.toArray().filter((v) => v !== 0);
      expect(new Set(kept)).toEqual(new Set([Math.fround(1 / 0.75)]));
      expect(kept.length).toBeGreaterThan(700);
      expect(kept.length).toBeLessThan(800);
      expect(layer().forward(x).toArray()).toEqual(y.toArray());
      backward(sum(y));
      expect(x.grad!.toArray()).toEqual(y.toArray());
    });

    test.each([-0.1, 1.1, Number.NaN])('refuses p = %p', (p) => {
      expect(() => new Dropout(engine(), p)).toThrow(/p must be in \[0, 1\]/);
    });
  });
});
