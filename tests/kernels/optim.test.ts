import { expect, test } from '@jest/globals';
import { expectClose, worst } from '../close.js';
import { Random } from '../random.js';
import {
  type AdamOptions,
  type AdamState,
  adam,
  type SgdOptions,
  type SgdState,
  sgd,
} from '../reference/optim.js';
import { adamStep, slots } from './adam.js';
import { everyVariant } from './harness.js';

const EPS = 2 ** -23;
const LENGTHS = [1, 2, 3, 4, 5, 7, 8, 9, 19];
/** a few roundings a step, at numbers of size 2 at most, over five steps */
const TOLERANCE = { abs: 16 * EPS };

everyVariant('adam_f32, adamw_f32', (fresh) => {
  const base = { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, decay: 0 };
  const options: AdamOptions[] = [false, true].flatMap((decoupled) => [
    { ...base, decoupled, amsgrad: false },
    { ...base, decoupled, amsgrad: true, decay: 0.1, beta2: 0.5 },
    { ...base, decoupled, amsgrad: false, decay: 0.3, lr: 0.5, eps: 1e-3 },
  ]);
  test.each(options)('five steps, %j', (o) => {
    for (const n of LENGTHS) {
      const r = new Random(n);
      const b = fresh();
      const start = r.uniform(n);
      const at = slots(b, start);
      let truth = Array.from(start, (p): AdamState => ({ p, m: 0, v: 0, largest: 0 }));
      for (let t = 1; t <= 5; t++) {
        const g = r.uniform(n, -2 / t, 2 / t); // shrinking, so that amsgrad matters
        const cut = n >> 1;
        adamStep(b, at, g, t, o, cut, n);
        adamStep(b, at, g, t, o, 0, cut);
        truth = truth.map((s, i) => adam(s, g[i], t, o));
      }
      expectClose(
        b.readF32(at.p, n),
        truth.map((s) => s.p),
        TOLERANCE,
        'parameter',
      );
      expectClose(
        b.readF32(at.m, n),
        truth.map((s) => s.m),
        TOLERANCE,
        'first moment',
      );
      expectClose(
        b.readF32(at.v, n),
        truth.map((s) => s.v),
        TOLERANCE,
        'second moment',
      );
      const largest = b.readF32(at.largest, n);
      expectClose(
        largest,
        truth.map((s) => (o.amsgrad ? s.largest : 0)),
        TOLERANCE,
        'largest',
      );
      b.checkGuards();
    }
  });

  test('every option is told from its absence', () => {
    const start: AdamState = { p: 0.7, m: 0.1, v: 0.3, largest: 0.6 };
    const plain = { ...base, decoupled: false, amsgrad: false, decay: 0.1 };
    const after = (o: AdamOptions, t = 3) => [adam(start, 0.4, t, o).p];
    for (const other of [{ decay: 0 }, { decoupled: true }, { amsgrad: true }, { eps: 0.1 }])
      expect(worst(after({ ...plain, ...other }), after(plain), TOLERANCE).excess).toBeGreaterThan(1);
    expect(worst(after(plain, 2), after(plain), TOLERANCE).excess).toBeGreaterThan(1);
  });
});

everyVariant('sgd_f32', (fresh) => {
  const base = { lr: 0.1, momentum: 0, dampening: 0, decay: 0, nesterov: false };
  const options: SgdOptions[] = [
    base,
    { ...base, decay: 0.2 },
    { ...base, momentum: 0.9 },
    { ...base, momentum: 0.9, dampening: 0.3, decay: 0.2 },
    { ...base, momentum: 0.9, nesterov: true, decay: 0.1 },
  ];
  test.each(options)('five steps, %j', (o) => {
    for (const n of LENGTHS) {
      const r = new Random(n);
      const b = fresh();
      const start = r.uniform(n);
      const p = b.f32(start, 4);
      const buffer = b.f32(n); // holds NaN: the first step must not read it
      let truth = Array.from(start, (v): SgdState => ({ p: v, buffer: NaN }));
      for (let t = 1; t <= 5; t++) {
        const g = r.uniform(n);
        b.kernels.sgd_f32(
          p,
          buffer,
          b.f32(g),
          o.lr,
          o.momentum,
          o.dampening,
          o.decay,
          Number(o.nesterov),
          Number(t === 1),
          0,
          n,
        );
        truth = truth.map((s, i) => sgd(s, g[i], t, o));
      }
      expectClose(
        b.readF32(p, n),
        truth.map((s) => s.p),
        TOLERANCE,
        'parameter',
      );
      expectClose(
        b.readF32(buffer, n),
        truth.map((s) => s.buffer),
        TOLERANCE,
        'buffer',
      );
      b.checkGuards();
    }
  });

  test('every option is told from its absence', () => {
    const plain = { ...base, momentum: 0.9, decay: 0.1 };
    const after = (o: SgdOptions) => [sgd({ p: 0.7, buffer: 0.2 }, 0.4, 2, o).p];
    for (const other of [{ momentum: 0.8 }, { dampening: 0.1 }, { decay: 0 }, { nesterov: true }])
      expect(worst(after({ ...plain, ...other }), after(plain), TOLERANCE).excess).toBeGreaterThan(1);
  });
});
