// Workers that die, hang or trap: an error, never a hang; and no worker outlives what it works for.
import { spawn } from 'node:child_process';
import { afterEach, describe, expect, test } from '@jest/globals';
import { EngineError } from '../../src/errors.js';
import type { Engine } from '../../src/node.js';
import { F, openEngine } from '../../src/node.js';
import { ACTIVE, CONTROL_BYTES, type Kernel, NEXT, OPEN, viewControl } from '../../src/runtime/control.js';
import { Pool, type WorkerHandle } from '../../src/runtime/pool.js';
import { SPLITS } from '../../src/runtime/split.js';
import { teamOf } from '../../src/runtime/team.js';
import { bytesOf, heldBack, type Team, team, watched } from './team.js';

const N = 100_000;

describe('a worker that is no more', () => {
  let engine: Engine | undefined;
  afterEach(() => engine?.dispose());

  test('killed between jobs: the next one says so', async () => {
    const workers = watched();
    engine = await openEngine((build) => bytesOf(build), { threads: 3 }, teamOf(workers));
    const x = engine.ones([N]);
    const want = F.gelu(x).toArray();
    expect(workers.handles).toHaveLength(2);
    workers.handles[1].terminate();
    expect(await workers.handles[1].gone).toContain('exit code');
    expect(() => F.gelu(x)).toThrow(EngineError);
    expect(() => F.gelu(x)).toThrow(/worker 2 of the engine has ended/);
    expect(want).toHaveLength(N);
  });

  test('killed while jobs run: right results or an error', async () => {
    const workers = watched();
    engine = await openEngine(
      (build) => bytesOf(build),
      { threads: 2 },
      teamOf({ ...workers, patienceMs: 1000 }),
    );
    const x = engine.ones([N]);
    const want = F.gelu(x).toArray();
    workers.handles[0].terminate();
    for (let i = 0; i < 20; i++)
      try {
        const y = F.gelu(x);
        expect(Buffer.compare(new Uint8Array(y.toArray().buffer), new Uint8Array(want.buffer))).toBe(0);
        y.dispose();
      } catch (error) {
        expect(error).toBeInstanceOf(EngineError);
      }
  });

  test('died in a job: given up after a while', () => {
    const control = new SharedArrayBuffer(CONTROL_BYTES);
    const { words } = viewControl(control);
    let ended = 0;
    const handle: WorkerHandle = {
      ready: Promise.resolve(),
      gone: new Promise(() => {}),
      terminate: () => void ended++,
    };
    const pool = new Pool([handle], control, 100);
    const seen: number[][] = [];
    const kernel: Kernel = (...args) => {
      if (seen.length === 0) Atomics.add(words, ACTIVE, 1); // a worker joins and is never heard of again
      seen.push(args);
    };
    const begin = performance.now();
    expect(() => pool.run(0, kernel, [5, 0, 100], 10, null)).toThrow(EngineError);
    expect(performance.now() - begin).toBeGreaterThan(90);
    expect(ended).toBe(1);
    // Every unit was handed out once, in order, in pieces of whole granules.
    expect(seen.map(([, begin]) => begin)).toEqual([0, ...seen.slice(0, -1).map(([, , end]) => end)]);
    expect(seen.at(-1)).toEqual([5, expect.anything(), 100]);
    expect(seen.every(([, begin, end]) => begin % 10 === 0 && end > begin)).toBe(true);
    expect(() => pool.run(0, kernel, [5, 0, 100], 10, null)).toThrow(/create another engine/);
  });

  test('that never started: one thread, and the reason', async () => {
    const workers = watched();
    const failing = {
      ...workers,
      spawn: () => {
        throw new Error('no more threads');
      },
    }; // prettier-ignore
    engine = await openEngine((build) => bytesOf(build), { threads: 2 }, teamOf(failing));
    expect(engine.threads).toBe(1);
    expect(engine.threadsReason).toContain('no more threads');
    expect(F.gelu(engine.ones([N])).toArray()[N - 1]).toBeCloseTo(0.8413, 4);
  });
});

describe('on the main thread of a page, which may not sleep', () => {
  const sleep = Atomics.wait;
  afterEach(() => {
    Atomics.wait = sleep;
  });

  test('the bits are the same, and workers end by themselves when the pool does', async () => {
    const workers = watched();
    const gently = {
      ...workers,
      spawn: (start: Parameters<typeof workers.spawn>[0]) => ({ ...workers.spawn(start), terminate() {} }),
    };
    Atomics.wait = () => {
      throw new TypeError('Atomics.wait cannot be called in this context');
    };
    const engine = await openEngine((build) => bytesOf(build), { threads: 3 }, teamOf(gently));
    const x = engine.full([N], -1);
    for (let i = 0; i < 20; i++)
      expect(
        F.relu(x)
          .toArray()
          .every((v) => v === 0),
      ).toBe(true);
    engine.dispose();
    expect(await Promise.all(workers.handles.map(({ gone }) => gone))).toEqual([
      'exit code 0',
      'exit code 0',
    ]);
  });
});

describe('a kernel that traps', () => {
  let t: Team | undefined;
  afterEach(() => t?.pool.dispose());
  const index = Object.keys(SPLITS).indexOf('activation_f32');
  const nowhere = 2 ** 31; // beyond the memory

  test('in a worker: an error, and the pool goes on', async () => {
    t = await team('threads', 2);
    const { pool, memory, one } = t;
    memory.grow(20);
    const base = (one.heap_base() + 63) & ~63;
    const good = [base, base, 1, 0, 0, 0, 10_000];
    const bad = [nowhere, nowhere, 1, 0, 0, 0, 10_000];
    expect(() => pool.run(index, () => {}, [...bad], 64, null)).toThrow(/trapped in worker 1/);
    new Float32Array(memory.buffer, base, 10_000).fill(-1);
    pool.run(index, one.activation_f32 as Kernel, [...good], 64, null);
    expect(new Float32Array(memory.buffer, base, 10_000).every((v) => Object.is(v, 0))).toBe(true);
  });

  test('on the calling thread: its own error, once the others have stopped', () => {
    const control = new SharedArrayBuffer(CONTROL_BYTES);
    const pool = new Pool([], control);
    let calls = 0;
    const fails = (): never => {
      calls++;
      throw new RangeError('here');
    };
    expect(() => pool.run(0, fails, [0, 1000], 1, null)).toThrow(RangeError);
    const { words } = viewControl(control);
    expect([calls, words[OPEN], words[NEXT]]).toEqual([1, 0, 1000]);
    let units = 0;
    pool.run(
      0,
      (begin, end) => {
        units += end - begin;
      },
      [0, 1000],
      1,
      null,
    );
    expect(units).toBe(1000);
  });
});

test('a piece that is held back does not keep others from the rest', async () => {
  const t = await team('threads', 2);
  const words = new Int32Array(new SharedArrayBuffer(256));
  expect(heldBack(() => 7, words)()).toBe(7);
  t.pool.dispose();
  expect(() => t.pool.run(0, () => {}, [0, 1], 1, null)).toThrow(/disposed/);
});

test('a worker is there for the next job, wherever it is on its way to sleep', async () => {
  const t = await team('threads', 2);
  t.memory.grow(20);
  const base = (t.one.heap_base() + 63) & ~63;
  const index = Object.keys(SPLITS).indexOf('activation_f32');
  const jobs = t.jobs();
  // It looks for work for 50 µs twice.  The job is not done before the worker takes a piece, see team().
  for (let i = 0; i < 600; i++) {
    const until = performance.now() + (i % 200) / 1000;
    while (performance.now() < until);
    t.pool.run(index, t.one.activation_f32 as Kernel, [base, base, 1, 0, 0, 0, 640], 64, null);
  }
  expect(t.jobs()).toBe(jobs + 600);
  t.pool.dispose();
});

const DOOR = new URL('../../dist/node.js', import.meta.url).href;

test.each([
  ['left alone', ''],
  ['disposed of', 'engine.dispose();'],
  [
    'in the middle of much work',
    'setTimeout(() => process.exit(0), 50); for (let i = 0; i < 30; i++) await work();',
  ],
])(
  'a process ends by itself with an engine that is %s',
  async (_, last) => {
    const script = `
    import { createEngine, F } from ${JSON.stringify(DOOR)};
    const engine = await createEngine({ threads: 3 });
    const x = engine.ones([${N}]);
    const work = async () => { F.gelu(x).dispose(); await new Promise(setImmediate); };
    await work();
    console.log(engine.threads);
    ${last}`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    const code = await new Promise((done) => child.on('exit', done));
    expect({ code, output }).toEqual({ code: 0, output: '3\n' });
  },
  30_000,
);
