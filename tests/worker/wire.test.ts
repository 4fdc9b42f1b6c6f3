// The wire itself: errors as data, moved memory, readers that are slow, workers that die, and how little of all
// this a page has to carry.
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import * as errors from '../../src/errors.js';
import { createEngine, fromPretrained } from '../../src/node.js';
import { Calls, type Link } from '../../src/worker/calls.js';
import { openModel } from '../../src/worker/model.js';
import { AHEAD, type Reply, type Request } from '../../src/worker/protocol.js';
import { serve } from '../../src/worker/serve.js';
import { fromWire, toWire } from '../../src/worker/wire-error.js';
import { tinyDecoderFiles } from '../models/tiny.js';

describe('errors', () => {
  const { FoveaError, ...ours } = errors;
  const examples: Record<keyof typeof ours, Error> = {
    ShapeError: new errors.ShapeError('shapes'),
    DTypeError: new errors.DTypeError('dtypes'),
    ArgumentError: new errors.ArgumentError('argument', { cause: new RangeError('deeper') }),
    GradcheckError: new errors.GradcheckError('gradients'),
    DisposedError: new errors.DisposedError('disposed'),
    OutOfMemoryError: new errors.OutOfMemoryError('memory', 5, 6),
    EngineError: new errors.EngineError('engine'),
    SafetensorsError: new errors.SafetensorsError('file'),
    ConfigError: new errors.ConfigError('config'),
    UnsupportedModelError: new errors.UnsupportedModelError('odd', ['bert', 'gpt2']),
    TokenizerError: new errors.TokenizerError('tokenizer'),
    SourceError: new errors.SourceError('source'),
    MissingFileError: new errors.MissingFileError('a', 'b'),
    DownloadError: new errors.DownloadError('download', 'https://x.example', 503),
    WeightsError: new errors.WeightsError('a model', {
      missing: ['w'],
      misshapen: [{ name: 'b', expected: [1], actual: [2] }],
    }),
  };

  test.each(Object.keys(ours) as (keyof typeof ours)[])('%s', (name) => {
    const sent = examples[name];
    const got = fromWire(structuredClone(toWire(sent)));
    expect(got).toBeInstanceOf(ours[name]);
    expect(got).toBeInstanceOf(FoveaError);
    expect({ ...got }).toEqual({ ...sent });
    for (const field of ['name', 'message', 'stack'] as const) expect(got[field]).toBe(sent[field]);
    expect(Object.prototype.toString.call(got)).toBe('[object Error]');
    expect(got.cause).toEqual(sent.cause);
  });

  test('of the language, and what is none', () => {
    expect(fromWire(toWire(new TypeError('t')))).toBeInstanceOf(TypeError);
    expect(fromWire(toWire('just words')).message).toBe('just words');
    expect(fromWire(toWire(Object.assign(new Error('x'), { name: 'constructor' })))).toBeInstanceOf(Error);
  });

  test('what cannot be cloned stays behind', () => {
    const odd = Object.assign(new Error('x'), { f: () => 1, response: new Headers(), n: [1, { a: null }] });
    expect({ ...fromWire(structuredClone(toWire(odd))) }).toEqual({ n: [1, { a: null }] });
    const circle = new Error('round');
    circle.cause = circle;
    expect(fromWire(toWire(circle)).message).toBe('round');
  });
});

/** Both ends of a wire without a thread between them, and all that passes over it. */
function wire() {
  const sent: { reply: Reply; transfer: readonly ArrayBuffer[] }[] = [];
  const ears: { page(reply: Reply): void; worker(request: Request): void } = { page() {}, worker() {} };
  let die = (_: string): void => {};
  let terminated = 0;
  const link: Link = {
    gone: new Promise((done) => {
      die = done;
    }),
    post: (request) => void setImmediate(() => ears.worker(structuredClone(request))),
    listen: (listener) => {
      ears.page = listener;
    },
    busy() {},
    terminate: () => void terminated++,
  };
  serve(
    {
      post: (reply, transfer = []) => {
        sent.push({ reply, transfer });
        ears.page(reply);
      },
      listen: (listener) => {
        ears.worker = listener;
      },
    },
    { createEngine, fromPretrained },
  );
  return { link, sent, die: (why: string) => die(why), terminated: () => terminated };
}

const open = (link: Link) => openModel(link, { files: tinyDecoderFiles() }, {});

test('numbers are moved, not copied', async () => {
  const { link, sent } = wire();
  using model = await open(link);
  const { lastHiddenState, hiddenStates, attentionMask } = await model.forward('ab', {
    outputHiddenStates: true,
  });
  const { transfer } = sent.at(-1)!;
  for (const { buffer } of [lastHiddenState.data, attentionMask, ...hiddenStates!.map(({ data }) => data)])
    expect(transfer).toContain(buffer);
  expect(new Set(transfer).size).toBe(transfer.length);
  const vectors = await model.embed(['ab', 'c']);
  expect(sent.at(-1)!.transfer).toEqual(vectors.map(({ buffer }) => buffer));
});

test('a slow reader is waited for', async () => {
  const { link, sent } = wire();
  using model = await open(link);
  const steps = model.generate('ab', { maxNewTokens: 30, eosTokenId: null })[Symbol.asyncIterator]();
  const made = () =>
    sent.filter(({ reply }) => 'progress' in reply && 'token' in (reply.progress as object)).length;
  await steps.next();
  await new Promise((done) => setTimeout(done, 200));
  // One that is being read, and those under way.
  expect(made()).toBe(AHEAD + 1);
  let count = 1;
  while (!(await steps.next()).done) count++;
  expect([count, made()]).toEqual([30, 30]);
});

describe('a worker that ends by itself', () => {
  test('is an error for who waits and who comes, and is cleaned up', async () => {
    const { link, die, terminated } = wire();
    const model = await open(link);
    const waiting = model.generate('ab', { maxNewTokens: 30 }).result();
    setImmediate(() => die('out of memory'));
    await expect(waiting).rejects.toThrow(errors.EngineError);
    await expect(model.embed('ab')).rejects.toThrow(/out of memory/);
    expect([model.disposed, terminated()]).toEqual([true, 1]);
  });

  test('while it is loading', async () => {
    const { link, die, terminated } = wire();
    const loading = open({ ...link, post() {} });
    die('its script could not be loaded');
    await expect(loading).rejects.toThrow(/script could not be loaded/);
    expect(terminated()).toBe(1);
  });
});

test('an answer that crosses an abort is nobody’s', async () => {
  const { link } = wire();
  const calls = new Calls(link);
  const controller = new AbortController();
  const { answer } = calls.start('open', [{ files: tinyDecoderFiles() }, {}], { signal: controller.signal });
  controller.abort('late');
  await expect(answer).rejects.toBe('late');
  await expect(calls.start('memory', []).answer).rejects.toThrow();
});

test('a page carries the wire, not the engine', async () => {
  const entry = fileURLToPath(new URL('../../src/worker/web/client.ts', import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  });
  const [{ contents, text }] = outputFiles;
  expect(text).toContain('script.js');
  expect(gzipSync(contents).length).toBeLessThan(4500);
});
