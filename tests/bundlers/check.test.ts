// What is compared can differ: every check of the bundlers' pages finds what it is there for.
import { describe, expect, test } from '@jest/globals';
import { wrongBits, wrongThreads, wrongWorker } from './lib/check.mjs';

const part = { digest: 'aa', threads: 1, threadsReason: null as string | null };
const worker = { digest: 'bb', text: 'words', threads: 2, loaded: true, stopped: true, errors: true };
const node = { isolated: true, one: part, threads: { ...part, threads: 3 }, worker };

test('bits', () => {
  expect(wrongBits(node, node)).toEqual([]);
  expect(wrongBits({ ...node, one: { ...part, digest: 'ab' } }, node)).toHaveLength(1);
  expect(wrongBits({ ...node, threads: { ...part, digest: undefined } }, node)).toHaveLength(1);
});

test('threads', () => {
  const alone = { wanted: 1, reason: 'isolation' };
  expect(wrongThreads(node, { wanted: 3 })).toEqual([]);
  expect(wrongThreads(node, alone)).toHaveLength(1);
  const one = (threadsReason: string | null) => ({ isolated: false, threads: { ...part, threadsReason } });
  expect(wrongThreads(one('needs isolation'), alone)).toEqual([]);
  expect(wrongThreads(one('something else'), alone)).toHaveLength(1);
  expect(wrongThreads(one(null), alone)).toHaveLength(1);
});

describe('the model in a worker', () => {
  test('is right', () => {
    expect(wrongWorker(node, node, { threads: 2 })).toEqual([]);
    expect(wrongWorker({ worker: { ...worker, threads: 1 } }, node, { threads: 1 })).toEqual([]);
    expect(
      wrongWorker({ worker: 'EngineError: no script' }, node, { threads: 1, error: 'no script' }),
    ).toEqual([]);
  });

  test.each(['digest', 'text', 'threads', 'loaded', 'stopped', 'errors'])('has another %s', (key) => {
    expect(wrongWorker({ worker: { ...worker, [key]: 0 } }, node, { threads: 2 })).toHaveLength(1);
  });

  test('throws, or does not where it should', () => {
    expect(wrongWorker({ worker: 'EngineError' }, node, { threads: 2 })).toHaveLength(1);
    expect(wrongWorker(node, node, { threads: 2, error: 'no script' })).toHaveLength(1);
  });
});
