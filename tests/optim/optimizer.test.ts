// What the vectors do not show: groups, parameters of layers, state, refusals, memory.
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, WeightsError } from '../../src/errors.js';
import { Linear } from '../../src/nn/linear.js';
import { backward } from '../../src/ops/backward.js';
import { mseLoss } from '../../src/ops/loss.js';
import { Adam, AdamW, clipGradNorm_, clipGradValue_, SGD } from '../../src/optim/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { type AdamState, adam, sgd } from '../reference/optim.js';

everyEngine('optimisers', (engine) => {
  const leaf = (data: number[], grad: number[] | null = null): Tensor => {
    const p = engine().tensor(data, undefined, { requiresGrad: true });
    if (grad) p.variable!.grad = engine().tensor(grad).keep();
    return p;
  };

  test('groups have settings of their own', () => {
    engine().scope(() => {
      const [a, b] = [leaf([1, 2], [1, 1]), leaf([3], [1])];
      const optimizer = new SGD([{ params: [a], lr: 0.5 }, { params: [b] }], { lr: 0.25 });
      optimizer.step();
      expect([...a.data, ...b.data]).toEqual([0.5, 1.5, 2.75]);
      optimizer.paramGroups[1].lr = 1;
      optimizer.step();
      expect([...a.data, ...b.data]).toEqual([0, 1, 1.75]);
    });
  });

  test('momentum with dampening and nesterov, as in the reference', () => {
    const settings = [
      { dampening: 0.25, nesterov: false },
      { dampening: 0, nesterov: true },
    ];
    for (const setting of settings)
      engine().scope(() => {
        const o = { lr: 0.1, momentum: 0.8, weightDecay: 0.05, ...setting };
        const p = leaf([1], [0.5]);
        const optimizer = new SGD([p], o);
        let s = { p: 1, buffer: 0 };
        for (let t = 1; t <= 4; t++) {
          optimizer.step();
          s = sgd(s, 0.5, t, { ...o, decay: o.weightDecay });
          expect(p.item()).toBeCloseTo(s.p, 5);
        }
        optimizer.dispose();
      });
  });

  test('weight decay: an L2 penalty in Adam, a shrinking in AdamW', () => {
    for (const [Class, decoupled] of [
      [Adam, false],
      [AdamW, true],
    ] as const)
      engine().scope(() => {
        const p = leaf([2], [0.5]);
        const optimizer = new Class([p], { lr: 0.1, weightDecay: 0.3 });
        const o = { lr: 0.1, beta1: 0.9, beta2: 0.999, eps: 1e-8, decay: 0.3, decoupled, amsgrad: false };
        let s: AdamState = { p: 2, m: 0, v: 0, largest: 0 };
        for (let t = 1; t <= 3; t++) {
          optimizer.step();
          s = adam(s, 0.5, t, o);
          expect(p.item()).toBeCloseTo(s.p, 5);
        }
        optimizer.dispose();
      });
  });

  test('AdamW decays by 0.01 unless told otherwise', () => {
    engine().scope(() => {
      expect(new AdamW([leaf([1])]).paramGroups[0].weightDecay).toBe(0.01);
      expect(new Adam([leaf([1])]).paramGroups[0].weightDecay).toBe(0);
    });
  });

  test('what has no gradient stays, and has no state', () => {
    engine().scope(() => {
      const [a, b] = [leaf([1], [1]), leaf([2])];
      const optimizer = new AdamW([a, b], { lr: 0.1, weightDecay: 0.5 });
      optimizer.step();
      expect(b.item()).toBe(2);
      const { state } = optimizer.stateDict();
      expect([...state.keys()].sort()).toEqual(['0.exp_avg', '0.exp_avg_sq', '0.step']);
      optimizer.dispose();
    });
  });

  test('trains a layer, and holds no more memory at the end', () => {
    const { arena } = engine();
    engine().scope(() => {
      const layer = new Linear(arena, 3, 2).requiresGrad();
      const optimizer = new Adam(layer.parameters(), { lr: 0.05 });
      const x = engine().tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3]);
      const y = engine().tensor([1, 2, 3, 4, 5, 6], [3, 2]);
      const step = (): number =>
        engine().scope(() => {
          optimizer.zeroGrad();
          const loss = mseLoss(layer.forward(x), y);
          backward(loss);
          optimizer.step();
          return loss.item();
        });
      const first = step();
      step();
      const { used } = arena.stats;
      let last = first;
      for (let i = 0; i < 300; i++) last = step();
      expect(arena.stats.used).toBe(used);
      expect(last).toBeLessThan(0.01 * first);
      optimizer.dispose();
      layer.dispose();
    });
  });

  describe('refuses', () => {
    const given: [string, () => unknown][] = [
      ['no parameters', () => new SGD([])],
      ['a parameter twice', () => ((p) => new SGD([{ params: [p] }, { params: [p] }]))(leaf([1]))],
      ['a negative rate', () => new SGD([leaf([1])], { lr: -1 })],
      ['a negative rate of a group', () => new SGD([{ params: [leaf([1])], lr: -1 }])],
      ['nesterov without momentum', () => new SGD([leaf([1])], { nesterov: true })],
      ['a beta of 1', () => new Adam([leaf([1])], { betas: [1, 0.9] })],
      ['an eps that is no number', () => new AdamW([leaf([1])], { eps: Number.NaN })],
      ['integers', () => new SGD([engine().tensor(new Int32Array(2))])],
      ['a norm of order 3', () => clipGradNorm_([leaf([1], [1])], 1, { normType: 3 })],
      ['a negative bound', () => clipGradNorm_([leaf([1], [1])], -1)],
      [
        'a norm that is not finite',
        () => clipGradNorm_([leaf([1], [Number.NaN])], 1, { errorIfNonfinite: true }),
      ],
      ['a negative value', () => clipGradValue_([leaf([1], [1])], -1)],
    ];
    test.each(given)('%s', (_, make) => {
      engine().scope(() => expect(make).toThrow(ArgumentError));
    });

    test('the state of other parameters', () => {
      engine().scope(() => {
        const [a, b] = [new Adam([leaf([1], [1])]), new Adam([leaf([1, 2], [1, 1])])];
        a.step();
        expect(() => b.loadStateDict(a.stateDict())).toThrow(WeightsError);
        const c = new Adam([leaf([1]), leaf([2])]);
        expect(() => c.loadStateDict(a.stateDict())).toThrow(ArgumentError);
        const odd = a.stateDict();
        odd.state.set('7.exp_avg', engine().tensor([1]));
        expect(() => a.loadStateDict(odd)).toThrow(ArgumentError);
        for (const o of [a, b, c]) o.dispose();
      });
    });
  });

  describe('clipping', () => {
    test('by norm: all gradients together, below the bound untouched', () => {
      engine().scope(() => {
        const params = [leaf([0], [3]), leaf([0], [4]), leaf([0])];
        expect(clipGradNorm_(params, 10)).toBe(5);
        expect(params[0].grad!.item()).toBe(3);
        expect(clipGradNorm_(params, 1)).toBe(5);
        expect(params[0].grad!.item()).toBeCloseTo(0.6, 6);
        expect(params[1].grad!.item()).toBeCloseTo(0.8, 6);
        expect(clipGradNorm_([], 1)).toBe(0);
      });
    });

    test('by value', () => {
      engine().scope(() => {
        const p = leaf([0, 0, 0, 0, 0], [-3, -0.5, 0, 0.5, 3]);
        clipGradValue_([p], 1);
        expect([...p.grad!.data]).toEqual([-1, -0.5, 0, 0.5, 1]);
      });
    });
  });
});
