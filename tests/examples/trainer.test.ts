// The trainer's pieces on a task small enough to be trained here: a GPT of a few characters.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createEngine, type Engine, fromPretrained, noGrad } from '../../dist/node.js';
import { drawCurve } from '../../examples/train/lib/curve.mjs';
import { exportModel } from '../../examples/train/lib/export.mjs';
import { clock } from '../../examples/train/lib/progress.mjs';
import { train } from '../../examples/train/lib/trainer.mjs';
import { allStarts, Characters, randomStarts, windows } from '../../examples/train/shakespeare/data.mjs';
import { checkpointWeights } from '../../examples/train/shakespeare/model.mjs';
import { settings } from '../../examples/train/shakespeare/settings.mjs';
import { heldOutLoss, shakespeare } from '../../examples/train/shakespeare/task.mjs';
import { characterTokenizer } from '../../examples/train/shakespeare/tokenizer.mjs';

const text = 'To be, or not to be:\nthat is the question.\n'.repeat(30);
const data = new Characters(text);
const setting = {
  ...settings['nanogpt-cpu'],
  ...{ layers: 1, heads: 2, width: 16, context: 8, batch: 4, steps: 40, warmupSteps: 4, lr: 1e-2 },
};

describe('the trainer', () => {
  let engine: Engine;
  let folder: string;
  beforeAll(async () => {
    engine = await createEngine();
    folder = await mkdtemp(join(tmpdir(), 'fovea-trainer-'));
  });
  afterAll(async () => {
    engine.dispose();
    await rm(folder, { recursive: true });
  });

  const start = (seed = 1) => shakespeare(engine, data, 'tiny', setting, seed);
  const weights = ({ model }: ReturnType<typeof start>): number[] =>
    engine.scope(() => [...model.stateDict().values()].flatMap((t) => [...t.toArray()]));

  test('learns; stopped, saved and continued it has the same bits and the same curve', async () => {
    const whole = start();
    const lines: string[] = [];
    const run = await train(whole.task, { log: (line) => lines.push(line) });
    expect(run).toMatchObject({ step: 40, finished: true });
    const [first, last] = [run.curve[0], run.curve.at(-1)!];
    expect(last.loss).toBeLessThan(0.8 * first.loss);
    expect(last.held!.validation).toBeLessThan(0.8 * first.loss);
    expect(lines.at(-2)).toMatch(/40\/40 {2}loss \d\.\d{4} {2}validation \d\.\d{4} .* 0:00 left$/);

    const path = join(folder, 'run');
    const quiet = { folder: path, log: () => undefined };
    expect(await train(start().task, { ...quiet, until: 13 })).toMatchObject({ step: 13, finished: false });
    // Another seed's weights and numbers are replaced by those of the checkpoint.
    const continued = start(7);
    expect((await train(continued.task, quiet)).curve).toEqual(run.curve);
    expect(weights(continued)).toEqual(weights(whole));
    expect(weights(start())).not.toEqual(weights(start(7)));
  });

  test('a signal stops it between steps, and what was done is saved', async () => {
    const controller = new AbortController();
    const path = join(folder, 'aborted');
    const { task } = start();
    const loss = task.loss;
    task.loss = (step: number) => {
      if (step === 4) controller.abort();
      return loss(step);
    };
    const options = { folder: path, log: () => undefined, signal: controller.signal };
    expect(await train(task, options)).toMatchObject({ step: 5, finished: false });
    expect((await train(start().task, { ...options, signal: undefined })).step).toBe(40);
  });

  test('a checkpoint of something else is refused', async () => {
    const path = join(folder, 'other');
    const quiet = { folder: path, log: () => undefined };
    await train(start().task, { ...quiet, until: 1 });
    await expect(train({ ...start().task, name: 'other' }, quiet)).rejects.toThrow(/not of other/);
    await writeFile(join(path, 'checkpoint.safetensors'), 'broken');
    await expect(train(start().task, quiet)).rejects.toThrow();
  });

  test('the exported folder is a model: same losses, and a tokenizer that numbers characters alike', async () => {
    const { task, model, config } = start();
    await train(task, { log: () => undefined });
    const path = join(folder, 'model');
    const files = { config, tokenizer: characterTokenizer(data.vocabulary), readme: 'x' };
    await exportModel(path, checkpointWeights(model), files, 'f32');
    const loaded = await fromPretrained(engine, path);
    const of = (m: typeof model) => noGrad(engine.arena, () => heldOutLoss(m, data.validation, 8));
    expect(of(loaded.model as typeof model)).toBe(of(model));
    expect(loaded.tokenizer!.encode(text).ids).toEqual([...data.train, ...data.validation]);
    expect(loaded.tokenizer!.decode(data.train)).toBe(text.slice(0, data.train.length));
    await exportModel(path, checkpointWeights(model), files, 'f16');
    const half = await fromPretrained(engine, path);
    expect(of(half.model as typeof model)).toBeCloseTo(of(model), 2);
    expect(JSON.parse(await readFile(join(path, 'config.json'), 'utf8'))).toMatchObject({ n_embd: 16 });
  });
});

describe('data', () => {
  test('nine tenths train, one validates; windows are what follows what', async () => {
    expect(data.train.length).toBe(Math.floor(0.9 * text.length));
    expect([...data.train, ...data.validation].map((id) => data.vocabulary[id]).join('')).toBe(text);
    const engine = await createEngine();
    const { input, target } = windows(engine.arena, data.train, [3, 10], 4);
    expect(input.tolist()).toEqual([3, 10].map((s) => [...data.train.subarray(s, s + 4)]));
    expect(target.tolist()).toEqual([4, 11].map((s) => [...data.train.subarray(s, s + 4)]));
    const starts = randomStarts(engine.arena.generator, data.train, 500, 4);
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...starts)).toBeLessThan(data.train.length - 4);
    engine.dispose();
  });

  test('held-out windows lie side by side, and the last has a target', () => {
    expect(allStarts(new Int32Array(17), 4)).toEqual([0, 4, 8, 12]);
    expect(allStarts(new Int32Array(16), 4)).toEqual([0, 4, 8]);
  });
});

describe('the curve', () => {
  const curve = [
    { step: 1, loss: 4 },
    { step: 2, loss: 3, held: { a: 3.5, b: 1 } },
    { step: 4, loss: 2.5, held: { a: 2.75, b: 0.5 } },
  ];

  test('draws what was measured, within its frame, and escapes its title', () => {
    const svg = drawCurve(curve, { title: 'a < b & c', held: ['a'] });
    expect(svg).toMatch(/^<svg .*viewBox="0 0 720 400"/);
    expect(svg).toContain('<title>a &lt; b &amp; c</title>');
    expect(svg).toContain('training, last 2.5<');
    expect(svg).toContain('a, last 2.75<');
    expect(svg).not.toContain('b, last');
    expect(svg.match(/<circle/g)).toHaveLength(2);
    const places = [...svg.matchAll(/[cM](?:x=")?([\d.]+)"? (?:cy=")?([\d.]+)/g)].map((m) =>
      m.slice(1).map(Number),
    );
    for (const [x, y] of places) {
      expect(x).toBeGreaterThanOrEqual(56);
      expect(x).toBeLessThanOrEqual(704);
      expect(y).toBeGreaterThanOrEqual(40);
      expect(y).toBeLessThanOrEqual(356);
    }
  });

  test('a curve of one point, and a level one', () => {
    expect(drawCurve([{ step: 5, loss: 1 }], { title: 't' })).not.toMatch(/NaN|Infinity/);
    expect(
      drawCurve(
        curve.map(({ step }) => ({ step, loss: 2 })),
        { title: 't' },
      ),
    ).not.toMatch(/NaN|Infinity/);
  });
});

test('times are read at a glance', () => {
  expect([0, 59.6, 83, 3600, 5025].map(clock)).toEqual(['0:00', '1:00', '1:23', '1:00:00', '1:23:45']);
});
