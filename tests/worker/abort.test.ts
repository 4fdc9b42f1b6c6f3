// Who stops, is gone at once; the worker notices within one token, and gives back what it held.
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fromPretrained, type WorkerModel } from '../../src/worker/node/client.js';
import { tinyDecoderFiles } from '../models/tiny.js';

/** So wide that a token takes a millisecond or so, and a context that no test comes to the end of. */
const WIDE = {
  hidden_size: 256,
  intermediate_size: 1024,
  num_hidden_layers: 6,
  max_position_embeddings: 4096,
};
const LONG = { maxNewTokens: 4000, eosTokenId: null } as const;

let model: WorkerModel;
let idle: number;
beforeAll(async () => {
  model = await fromPretrained(tinyDecoderFiles({ config: WIDE }));
  // What is packed on first use is there from now on.
  await model.generate('a text', { maxNewTokens: 2 }).result();
  idle = (await model.memory()).used;
});
afterAll(() => model.dispose());

/** Cache and states of what was stopped are gone a token later; all of it would take minutes. */
async function expectIdle(): Promise<void> {
  let used = Number.NaN;
  for (let i = 0; i < 40 && used !== idle; i++) {
    await new Promise((done) => setTimeout(done, 5));
    ({ used } = await model.memory());
  }
  expect(used).toBe(idle);
}

test('a generation that runs holds memory, and the worker answers meanwhile', async () => {
  const steps = model.generate('a text', LONG)[Symbol.asyncIterator]();
  await steps.next();
  expect((await model.memory()).used).toBeGreaterThan(idle);
  await steps.return();
  await expectIdle();
});

describe('an abort', () => {
  test('while a token is made: its reason, and no other step', async () => {
    const controller = new AbortController();
    const reason = { why: 'enough' };
    const seen: number[] = [];
    const run = (async () => {
      for await (const { index } of model.generate('a text', { ...LONG, signal: controller.signal })) {
        seen.push(index);
        if (index === 5) controller.abort(reason);
      }
    })();
    await expect(run).rejects.toBe(reason);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
    await expectIdle();
  });

  test('before the first: nothing is asked', async () => {
    const signal = AbortSignal.abort('no');
    await expect(model.generate('a text', { ...LONG, signal }).result()).rejects.toBe('no');
    await expect(model.embed('a text', { signal })).rejects.toBe('no');
    await expect(model.forward('a text', { signal })).rejects.toBe('no');
    await expectIdle();
  });

  test('of many texts: at once, and the worker stops after a batch', async () => {
    const texts = Array.from({ length: 2000 }, (_, i) => `text number ${i}`);
    const controller = new AbortController();
    let done = 0;
    const vectors = model.embed(texts, {
      batchSize: 4,
      signal: controller.signal,
      onProgress: (progress) => {
        done = progress.done;
        controller.abort(new Error('enough'));
      },
    });
    await expect(vectors).rejects.toThrow('enough');
    await expectIdle();
    expect(done).toBe(4);
  });
});

test('who breaks off a loop stops the worker', async () => {
  for await (const { index } of model.generate('a text', LONG)) if (index === 3) break;
  await expectIdle();
});

test('a model is freed with its worker: many come and go in the memory of a few', async () => {
  // 20 MB of weights each, and the copies on the way.
  const files = tinyDecoderFiles({ config: { ...WIDE, vocab_size: 10_000 } });
  const rss: number[] = [];
  for (let i = 0; i < 10; i++) {
    using once = await fromPretrained(files);
    expect((await once.memory()).used).toBeGreaterThan(20e6);
    rss.push(process.memoryUsage.rss() / 1e6);
  }
  // Were they not, each would add 40 MB or more.
  expect(Math.min(...rss.slice(8)) - Math.max(...rss.slice(2, 4))).toBeLessThan(100);
});

const ROOT = new URL('../../', import.meta.url);
const FOLDER = new URL('../../models/shakespeare', import.meta.url).pathname;

test.each([
  ['left alone', ''],
  ['disposed of', 'model.dispose();'],
  [
    'left in the middle of a text',
    'for await (const step of model.generate("a", { maxNewTokens: 99 })) break;',
  ],
  [
    'waited for',
    'const { text } = await model.generate("a", { maxNewTokens: 9 }).result(); if (text.length !== 9) throw text;',
  ], // prettier-ignore
])(
  'a process ends by itself with a model that is %s',
  async (_, last) => {
    const script = `
      import { fromPretrained } from 'fovea/worker';
      const model = await fromPretrained(${JSON.stringify(FOLDER)}, { threads: 2 });
      console.log(model.about.threads);
      ${last}`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: ROOT });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    const code = await new Promise((done) => child.on('exit', done));
    expect({ code, output }).toEqual({ code: 0, output: '2\n' });
  },
  30_000,
);
