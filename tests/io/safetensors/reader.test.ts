import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ArgumentError, SafetensorsError, SourceError } from '../../../src/errors.js';
import { ChunkReader } from '../../../src/io/chunks.js';
import { itemSize } from '../../../src/io/safetensors/dtype.js';
import { parseSafetensors } from '../../../src/io/safetensors/parse.js';
import { readHeader, readParts, readTensor } from '../../../src/io/safetensors/reader.js';
import { readBytes, type Source } from '../../../src/io/source.js';
import { memorySource } from '../../../src/io/source-memory.js';
import { counting, jsonFile, smallFile } from './make.js';

/** A source that delivers chunks of the given sizes in turn, zero included. */
function choppy(file: Uint8Array, sizes: readonly number[]): Source & { closed: number } {
  return {
    name: 'choppy',
    closed: 0,
    has: async () => true,
    size: async () => file.byteLength,
    async *read(_, { begin = 0, end = file.byteLength } = {}) {
      try {
        for (let at = begin, i = 0; at < end; i++) {
          const next = Math.min(end, at + sizes[i % sizes.length]);
          yield file.slice(at, next);
          at = next;
        }
      } finally {
        this.closed++;
      }
    },
  };
}

async function gather(
  source: Source,
  options?: Parameters<typeof readParts>[3],
): Promise<Map<string, number[]>> {
  const header = await readHeader(source, 'm');
  const whole = new Map<string, number[]>();
  for await (const { name, info, element, bytes } of readParts(source, 'm', header, options)) {
    const got = whole.get(name) ?? [];
    expect(got.length).toBe(element * itemSize(info.dtype));
    expect(bytes.byteLength % itemSize(info.dtype)).toBe(0);
    got.push(...bytes);
    whole.set(name, got);
  }
  return whole;
}

const expected = (file: Uint8Array) =>
  new Map([...parseSafetensors(file).tensors].map(([name, { bytes }]) => [name, [...bytes]]));

describe('readHeader', () => {
  test('agrees with the parser of whole files', async () => {
    const header = await readHeader(choppy(smallFile(), [1]), 'm');
    expect([...header.tensors.keys()]).toEqual(['weight', 'empty', 'scale', 'flag']);
    expect(header.metadata.get('format')).toBe('pt');
  });

  test('reads on where the header is longer than the first read', async () => {
    const entries = Array.from({ length: 2000 }, (_, i) => [
      `layer.${i}.weight`,
      { dtype: 'U8', shape: [1], data_offsets: [i, i + 1] },
    ]);
    const file = jsonFile(Object.fromEntries(entries), counting(2000));
    expect(file.byteLength).toBeGreaterThan(100_000);
    expect((await readHeader(memorySource([['m', file]]), 'm')).tensors.size).toBe(2000);
  });

  test('a file cut short is refused by its length, before any weight is read', async () => {
    const file = smallFile();
    for (const length of [0, 7, 8, 20, file.byteLength - 1])
      await expect(readHeader(memorySource([['m', file.subarray(0, length)]]), 'm')).rejects.toThrow(
        SafetensorsError,
      );
  });
});

describe('readParts', () => {
  test('gives every tensor whole, however the source cuts its chunks', async () => {
    const file = smallFile();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(9), { minLength: 1, maxLength: 5 }).filter((sizes) => sizes.some((n) => n > 0)),
        fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
        async (sizes, maxBytes) => {
          const source = choppy(file, sizes);
          expect(await gather(source, { maxBytes })).toEqual(expected(file));
          expect(source.closed).toBeGreaterThan(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('passes over what is not wanted', async () => {
    const all = expected(smallFile());
    for (const wanted of [['weight'], ['flag'], ['weight', 'flag'], ['empty'], []]) {
      const got = await gather(choppy(smallFile(), [3]), { wanted: (name) => wanted.includes(name) });
      expect(got).toEqual(new Map(wanted.map((name) => [name, all.get(name)])));
    }
  });

  test('from memory it copies nothing', async () => {
    const file = smallFile();
    const source = memorySource([['m', file]]);
    for await (const { bytes } of readParts(source, 'm', await readHeader(source, 'm')))
      if (bytes.byteLength > 0) expect(bytes.buffer).toBe(file.buffer);
  });

  test('closes the source when the consumer leaves, and stops at an abort', async () => {
    const source = choppy(smallFile(), [2]);
    const header = await readHeader(source, 'm');
    const before = source.closed;
    for await (const part of readParts(source, 'm', header)) if (part.element === 0) break;
    expect(source.closed).toBe(before + 1);
    const controller = new AbortController();
    const reason = new Error('enough');
    const reading = (async () => {
      for await (const _ of readParts(source, 'm', header, { signal: controller.signal }))
        controller.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
    expect(source.closed).toBe(before + 2);
  });

  test('a source that ends early is an error', async () => {
    const file = smallFile();
    const header = await readHeader(memorySource([['m', file]]), 'm');
    const short = choppy(file.subarray(0, file.byteLength - 2), [4]);
    const reading = (async () => {
      for await (const _ of readParts(short, 'm', header));
    })();
    await expect(reading).rejects.toThrow(SafetensorsError);
  });
});

describe('readTensor and readBytes', () => {
  test('one tensor', async () => {
    const source = choppy(smallFile(), [3]);
    const header = await readHeader(source, 'm');
    expect([...(await readTensor(source, 'm', header, 'scale'))]).toEqual([16, 17, 18, 19]);
    await expect(readTensor(source, 'm', header, 'nope')).rejects.toThrow(ArgumentError);
  });

  test('a source that sends more or less than asked is not believed', async () => {
    const file = counting(10);
    const more: Source = { ...choppy(file, [4]), read: () => choppy(file, [4]).read('m') };
    await expect(readBytes(more, 'm', { begin: 0, end: 6 })).rejects.toThrow(SourceError);
    await expect(readBytes(more, 'm', { begin: 0, end: 12 })).rejects.toThrow(/12 bytes expected, 10 came/);
  });

  test('progress is told after each chunk', async () => {
    const told: number[] = [];
    await readBytes(choppy(counting(10), [4]), 'm', {
      onProgress: ({ loaded, total }) => told.push(loaded, total),
    });
    expect(told).toEqual([4, 10, 8, 10, 10, 10]);
  });
});

describe('ChunkReader', () => {
  test('skips and takes across chunks of any size', async () => {
    const reader = new ChunkReader(choppy(counting(20), [0, 3]).read('m'));
    expect([...(await reader.take(0))]).toEqual([]);
    expect([...(await reader.take(4))]).toEqual([0, 1, 2, 3]);
    await reader.skip(5);
    expect([...(await reader.takeSome(8, 4))]).toEqual([9, 10, 11, 12]);
    await expect(reader.take(8)).rejects.toThrow(RangeError);
  });
});
