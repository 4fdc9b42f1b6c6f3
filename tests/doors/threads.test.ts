// createEngine({ threads }): the same bits as one thread, and what is said where there are none.
import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createEngine as inlined } from '../../src/default.js';
import { ArgumentError, DisposedError } from '../../src/errors.js';
import { createEngine, type Engine, F, nn, type Tensor } from '../../src/node.js';
import { backward } from '../../src/ops/backward.js';
import { QuantizedMatrix } from '../../src/ops/quantized.js';
import { planThreads } from '../../src/runtime/threads.js';
import { Random } from '../random.js';

let one: Engine;
let three: Engine;
beforeAll(async () => {
  [one, three] = [await createEngine(), await createEngine({ threads: 3 })];
});
afterAll(() => {
  one.dispose();
  three.dispose();
});

const bits = (t: Tensor): Int32Array => new Int32Array((t.toArray() as Float32Array).buffer);

/** Several times, since threads are not as punctual the one time as the other. */
function sameBits(body: (engine: Engine) => Tensor): void {
  const want = one.scope(() => bits(body(one)));
  expect(want.some((word) => word !== 0)).toBe(true);
  for (let round = 0; round < 5; round++) {
    const got = three.scope(() => bits(body(three)));
    expect(Buffer.from(got.buffer).equals(Buffer.from(want.buffer))).toBe(true);
  }
}

describe('three threads give the bits of one', () => {
  test.each([
    [1, 4096, 300],
    [7, 520, 301],
    [64, 33, 512],
    [129, 384, 384],
    [130, 1000, 65],
  ])('linear %d x %d x %d', (M, N, K) => {
    const random = new Random(M);
    const [x, w, b] = [random.normal(M * K), random.normal(N * K), random.normal(N)];
    sameBits((e) =>
      F.linear(e.tensor(x, [M, K]), e.tensor(w, [N, K]), e.tensor(b, [N]), { activation: 'gelu' }),
    );
    sameBits((e) => F.linear(e.tensor(x, [M, K]), F.PackedMatrix.from(e.tensor(w, [N, K]))));
    sameBits((e) => F.linear(e.tensor(x, [M, K]), QuantizedMatrix.from(e.tensor(w, [N, K]))));
  });

  test.each([
    [1, 1, 1, 200, 200, 64, true],
    [1, 3, 3, 65, 90, 32, false],
    [2, 4, 2, 50, 50, 40, true],
    [1, 2, 1, 1, 3000, 64, false],
  ])('attention B %d H %d G %d L %d S %d D %d causal %p', (B, H, G, L, S, D, isCausal) => {
    const random = new Random(L);
    const [q, k, v] = [
      random.normal(B * H * L * D),
      random.normal(B * G * S * D),
      random.normal(B * G * S * D),
    ];
    const call = (e: Engine) =>
      [e.tensor(q, [B, H, L, D]), e.tensor(k, [B, G, S, D]), e.tensor(v, [B, G, S, D])] as const;
    const options = { isCausal, enableGqa: true };
    sameBits((e) => F.scaledDotProductAttention(...call(e), options));
    sameBits((e) => F.attentionWithWeights(...call(e), options).weights);
  });

  test('an encoder, and its gradients', () => {
    const x = new Random(5).normal(2 * 70 * 128);
    const models = new Map(
      [one, three].map((e) => {
        const options = { dimFeedforward: 512, dropout: 0, activation: 'gelu', batchFirst: true } as const;
        return [e, new nn.TransformerEncoderLayer(e.manualSeed(3), 128, 4, options)];
      }),
    );
    sameBits((e) => models.get(e)!.forward(e.tensor(x, [2, 70, 128])));
    sameBits((e) => {
      const input = e.tensor(x, [2, 70, 128], { requiresGrad: true });
      const y = models.get(e)!.forward(input);
      backward(F.sum(F.mul(y, y)));
      return input.grad!;
    });
  });

  test('in memory that has grown since the workers started', () => {
    const before = three.memory.reserved;
    const filler = three.zeros([24 << 20]);
    expect(three.memory.reserved).toBeGreaterThan(before + (90 << 20));
    const x = new Random(6).normal(300 * 300);
    sameBits((e) => F.matmul(e.tensor(x, [300, 300]), e.tensor(x, [300, 300])));
    filler.dispose();
  });
});

test('what comes out is not shared memory', () => {
  const t = three.ones([4]);
  expect(String(t.data.buffer)).toBe('[object SharedArrayBuffer]');
  expect(String(t.toArray().buffer)).toBe('[object ArrayBuffer]');
});

test('engines come and go', async () => {
  const x = new Random(7).normal(50_000);
  const want = bits(F.gelu(one.tensor(x, [50_000])));
  for (let i = 0; i < 20; i++) {
    const engine = await createEngine({ threads: 2, maxMemory: 1 << 24 });
    expect(engine.threads).toBe(2);
    const got = bits(F.gelu(engine.tensor(x, [50_000])));
    expect(Buffer.from(got.buffer).equals(Buffer.from(want.buffer))).toBe(true);
    const y = engine.ones([10]);
    engine.dispose();
    engine.dispose();
    expect(() => F.gelu(y)).toThrow(DisposedError);
  }
});

describe('how many', () => {
  test('auto: the processors there are', async () => {
    using engine = await createEngine({ threads: 'auto' });
    expect(engine.threads).toBe(Math.min(availableParallelism(), 16));
    expect(engine.threadsReason === null).toBe(availableParallelism() > 1);
  });

  test('one unless asked', () => {
    expect([one.threads, one.threadsReason]).toEqual([1, null]);
    expect([three.threads, three.threadsReason]).toEqual([3, null]);
  });

  test.each([0, -1, 1.5, 65, Number.NaN, 'two'])('not %p', async (threads) => {
    await expect(createEngine({ threads: threads as number })).rejects.toThrow(ArgumentError);
  });

  test('where there are no workers, or no shared memory: one, and the reason', async () => {
    using engine = await inlined({ threads: 4 });
    expect(engine.threads).toBe(1);
    expect(engine.threadsReason).toContain('starts no workers');
    const workers = {
      parallelism: () => 1,
      spawn: () => {
        throw new Error();
      },
    }; // prettier-ignore
    const features = { simd: true, relaxedSimd: false, sharedMemory: true };
    expect(planThreads(2, workers, { ...features, sharedMemory: false }).reason).toContain('isolation');
    expect(planThreads('auto', workers, features)).toEqual({
      threads: 1,
      reason: 'one processor is available',
    });
    expect(planThreads('auto', { ...workers, parallelism: () => 99 }, features).threads).toBe(16);
  });
});
