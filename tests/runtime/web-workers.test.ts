// Web Workers as threads.  Real browsers run them in tests/bundlers; here the same script runs on a thread of
// Node behind the interface of a Web Worker, and workers that fail are played.
import { Worker as NodeWorker } from 'node:worker_threads';
import { describe, expect, test } from '@jest/globals';
import { createEngine as inlined } from '../../src/default.js';
import { createEngine, F, openEngine } from '../../src/node.js';
import { teamOf } from '../../src/runtime/team.js';
import { webWorkers } from '../../src/runtime/web/workers.js';
import { bytesOf } from './team.js';

const SCRIPT = new URL('../../dist/runtime/web/worker.js', import.meta.url).href;

/** What a Web Worker sees of its global scope, on a thread of Node. */
const SCOPE = `
  const { parentPort } = require('node:worker_threads');
  globalThis.addEventListener = (type, listener) => parentPort.once(type, (data) => listener({ data }));
  globalThis.postMessage = (data) => parentPort.postMessage(data);
  import(${JSON.stringify(SCRIPT)});`;

class WebWorker extends EventTarget {
  readonly #thread = new NodeWorker(SCOPE, { eval: true, execArgv: [] });

  constructor() {
    super();
    this.#thread.on('message', (data) => this.dispatchEvent(Object.assign(new Event('message'), { data })));
    this.#thread.on('error', ({ message }) =>
      this.dispatchEvent(Object.assign(new Event('error'), { message })),
    );
    this.#thread.unref();
  }

  postMessage(data: unknown): void {
    this.#thread.postMessage(data);
  }

  terminate(): void {
    void this.#thread.terminate();
  }
}

const spawner = (): Worker => new WebWorker() as unknown as Worker;

/** A worker that answers what it is told with the given event. */
function played(type: string, fields: object): { create: () => Worker; terminated: () => number } {
  let terminated = 0;
  class Played extends EventTarget {
    postMessage(): void {
      setTimeout(() => this.dispatchEvent(Object.assign(new Event(type), fields)));
    }
    terminate(): void {
      terminated++;
    }
  }
  return { create: () => new Played() as unknown as Worker, terminated: () => terminated };
}

test('the bits of one thread', async () => {
  const x = Float32Array.from({ length: 200_000 }, (_, i) => ((i * 31) % 997) / 300 - 1.6);
  using one = await createEngine();
  using three = await openEngine(bytesOf, { threads: 3 }, teamOf(webWorkers(spawner)));
  expect([three.threads, three.threadsReason]).toEqual([3, null]);
  const want = Buffer.from(F.gelu(one.tensor(x)).toArray().buffer);
  for (let round = 0; round < 5; round++)
    expect(Buffer.from(F.gelu(three.tensor(x)).toArray().buffer).equals(want)).toBe(true);
});

test('the default door: the inlined module is shared between threads', async () => {
  Object.assign(globalThis, { Worker: WebWorker });
  try {
    using engine = await inlined({ threads: 2, threadWorker: spawner });
    expect([engine.threads, engine.threadsReason]).toEqual([2, null]);
    expect(
      F.relu(engine.full([100_000], -1))
        .toArray()
        .every((v) => v === 0),
    ).toBe(true); // prettier-ignore
  } finally {
    Reflect.deleteProperty(globalThis, 'Worker');
  }
});

describe('a worker that fails: one thread, the reason, and none is left', () => {
  test.each([
    ['has no script', 'error', {}, 'its script could not be loaded'],
    ['throws', 'error', { message: 'Uncaught oops' }, 'Uncaught oops'],
    ['cannot link the module', 'message', { data: 'LinkError: no memory' }, 'LinkError: no memory'],
  ])('%s', async (_, type, fields, reason) => {
    const { create, terminated } = played(type, fields);
    using engine = await openEngine(bytesOf, { threads: 3 }, teamOf(webWorkers(create)));
    expect(engine.threads).toBe(1);
    expect(engine.threadsReason).toContain(reason);
    expect(terminated()).toBe(2);
    expect(F.relu(engine.ones([3])).tolist()).toEqual([1, 1, 1]);
  });

  test('cannot be made at all', async () => {
    const create = (): Worker => {
      throw new TypeError('Worker is not allowed here');
    };
    using engine = await openEngine(bytesOf, { threads: 2 }, teamOf(webWorkers(create)));
    expect(engine.threadsReason).toContain('not allowed here');
  });
});

test('terminated ones are known to be gone', async () => {
  const { create } = played('message', { data: 'ready' });
  const start = { control: new SharedArrayBuffer(8), slot: 1, kernels: [] } as unknown as Parameters<
    ReturnType<typeof webWorkers>['spawn']
  >[0];
  const handle = webWorkers(create).spawn(start);
  await handle.ready;
  handle.terminate();
  expect(await handle.gone).toBe('terminated');
});
