import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { expectClose } from '../close.js';
import type { AdamOptions } from '../reference/optim.js';
import { describeShared, sharedPath } from '../shared.js';
import { adamStep, slots } from './adam.js';
import { everyVariant } from './harness.js';

const EPS = 2 ** -23;

describeShared('optimisers against PyTorch', 'conformance/pytorch/optim.jsonl.gz', () => {
  interface Vector {
    name: string;
    op: string;
    config: {
      lr: number;
      betas?: number[];
      eps?: number;
      weight_decay?: number;
      momentum?: number;
      amsgrad?: boolean;
    };
    inputs: Record<string, { data: string }>;
    outputs: Record<string, { data: string }>;
  }
  const lines = gunzipSync(readFileSync(sharedPath('conformance/pytorch/optim.jsonl.gz')))
    .toString()
    .trim()
    .split('\n');
  const cases = lines.map((l) => JSON.parse(l) as Vector).filter((c) => /^(SGD|AdamW?)$/.test(c.op));
  const floats = ({ data }: { data: string }) =>
    new Float32Array(new Uint8Array(Buffer.from(data, 'base64')).buffer);

  everyVariant('five steps', (fresh) => {
    test.each(cases)('$name', ({ op, config, inputs, outputs }) => {
      const b = fresh();
      const [beta1, beta2] = config.betas ?? [0.9, 0.999];
      const amsgrad = config.amsgrad ?? false;
      const o: AdamOptions = {
        lr: config.lr,
        beta1,
        beta2,
        eps: config.eps ?? 1e-8,
        decay: config.weight_decay ?? (op === 'AdamW' ? 0.01 : 0),
        decoupled: op === 'AdamW',
        amsgrad,
      };
      const near = (p: number, name: string) => {
        const expected = floats(outputs[name]);
        const size = Math.max(...expected.map(Math.abs));
        expectClose(b.readF32(p, expected.length), expected, { abs: 8 * EPS * size }, name);
      };
      for (const k of [0, 1]) {
        const at = slots(b, floats(inputs[`parameter_${k}`]));
        const n = floats(inputs[`parameter_${k}`]).length;
        for (let t = 1; t <= 5; t++) {
          const g = floats(inputs[`grad_${k}_step_${t - 1}`]);
          if (op === 'SGD')
            b.kernels.sgd_f32(
              at.p,
              at.m,
              b.f32(g),
              o.lr,
              config.momentum ?? 0,
              0,
              o.decay,
              0,
              Number(t === 1),
              0,
              n,
            );
          else adamStep(b, at, g, t, o, 0, n);
          near(at.p, `parameter_${k}_step_${t - 1}`);
        }
        if (op !== 'SGD') {
          near(at.m, `exp_avg_${k}`);
          near(at.v, `exp_avg_sq_${k}`);
        } else if (config.momentum) near(at.m, `momentum_buffer_${k}`);
        if (amsgrad) near(at.largest, `max_exp_avg_sq_${k}`);
      }
    });
  });

  test('there are cases of each optimiser', () => {
    expect(new Set(cases.map((c) => c.op))).toEqual(new Set(['SGD', 'Adam', 'AdamW']));
  });
});
