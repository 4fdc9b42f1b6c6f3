// Five steps of each optimiser and clip_grad_norm_ against PyTorch, at c = 8 of its largest value.
import { expect, test } from '@jest/globals';
import { Adam, AdamW, clipGradNorm_, type Optimizer, SGD } from '../../src/optim/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { expectCanFail, expectClose, type Tolerance } from '../close.js';
import { camelCase, tensorOf } from '../conformance/pytorch.js';
import { type Case, readVectors, type Vector, vectorPath } from '../conformance/vectors.js';
import { everyEngine } from '../engine.js';
import { describeShared } from '../shared.js';

const OPTIMISERS = { SGD, Adam, AdamW } as const;

function tolerance(expected: Vector): Tolerance {
  return { abs: 8 * 2 ** -23 * Math.max(...Array.from(expected.data, Math.abs)) };
}

function near(actual: Tensor, expected: Vector, what: string): void {
  expect(actual.shape).toEqual(expected.shape);
  expectClose(actual.toArray(), expected.data, tolerance(expected), what);
}

describeShared('PyTorch vectors: optim', vectorPath('optim'), () => {
  const cases = readVectors('optim');

  everyEngine('optimisers', (engine) => {
    const steps = cases.filter((c) => c.op in OPTIMISERS);

    /** The optimiser of a case on its parameters, and the gradients of a step. */
    function start(c: Case) {
      const { arena } = engine();
      const params = [0, 1].map((k) => tensorOf(arena, c.inputs[`parameter_${k}`]));
      for (const p of params) p.requiresGrad = true;
      const options = camelCase(c.config) as { lr: number };
      const optimizer: Optimizer<never> = new OPTIMISERS[c.op as 'SGD'](params, options) as never;
      const step = (t: number) => {
        optimizer.zeroGrad();
        params.forEach((p, k) => {
          p.variable!.grad = tensorOf(arena, c.inputs[`grad_${k}_step_${t}`]).keep();
        });
        optimizer.step();
      };
      return { params, optimizer, step };
    }

    test.each(steps.map((c) => [c.name, c] as const))('%s', (_, c) => {
      engine().scope(() => {
        const { params, optimizer, step } = start(c);
        for (let t = 0; t < 5; t++) {
          step(t);
          params.forEach((p, k) => {
            near(p, c.outputs[`parameter_${k}_step_${t}`], `parameter ${k}, step ${t}`);
          });
        }
        const { state } = optimizer.stateDict();
        const told = Object.entries(c.outputs).filter(([name]) => !name.startsWith('parameter'));
        for (const [name, expected] of told) {
          const [, slot, k] = /^(.*)_(\d)$/.exec(name)!;
          near(state.get(`${k}.${slot}`)!, expected, name);
        }
        optimizer.dispose();
      });
    });

    test.each(steps.map((c) => [c.name, c] as const))('%s: stopped and continued, the same bits', (_, c) => {
      engine().scope(() => {
        const whole = start(c);
        for (let t = 0; t < 5; t++) whole.step(t);
        const first = start(c);
        for (let t = 0; t < 2; t++) first.step(t);
        const second = start(c);
        second.params.forEach((p, k) => {
          p.data.set(first.params[k].data);
        });
        second.optimizer.loadStateDict(first.optimizer.stateDict());
        for (let t = 2; t < 5; t++) second.step(t);
        for (const k of [0, 1]) expect(second.params[k].toArray()).toEqual(whole.params[k].toArray());
        for (const { optimizer } of [whole, first, second]) optimizer.dispose();
      });
    });

    test('the tolerance can fail', () => {
      for (const c of steps)
        for (const expected of Object.values(c.outputs))
          if (tolerance(expected).abs! > 0) expectCanFail(expected.data, tolerance(expected));
    });

    test.each(cases.filter((c) => c.op === 'clip_grad_norm_').map((c) => [c.name, c] as const))(
      '%s',
      (_, c) => {
        engine().scope(() => {
          const { arena } = engine();
          const params = [0, 1].map((k) => {
            const p = tensorOf(arena, c.inputs[`grad_${k}`]);
            p.requiresGrad = true;
            p.variable!.grad = tensorOf(arena, c.inputs[`grad_${k}`]).keep();
            return p;
          });
          const { max_norm, norm_type } = c.config as { max_norm: number; norm_type: number | 'inf' };
          const normType = norm_type === 'inf' ? Number.POSITIVE_INFINITY : norm_type;
          const norm = clipGradNorm_(params, max_norm, { normType });
          const expected = c.outputs.total_norm;
          expectClose([norm], expected.data, tolerance(expected), 'total norm');
          for (const k of [0, 1]) near(params[k].grad!, c.outputs[`grad_${k}`], `gradient ${k}`);
        });
      },
    );

    test('every optimiser and clip_grad_norm_ has cases', () => {
      expect(new Set(cases.map((c) => c.op))).toEqual(new Set(['SGD', 'Adam', 'AdamW', 'clip_grad_norm_']));
    });
  });
});
