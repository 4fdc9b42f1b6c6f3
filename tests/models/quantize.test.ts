// What `fovea quantize` makes: it loads with the very bytes of a model that is quantised while it is loaded, and a
// folder that somebody else has made ends in a typed error.
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { ConfigError, DTypeError, FoveaError, SafetensorsError } from '../../src/errors.js';
import { fromPretrained as core } from '../../src/hub.js';
import { folderSource } from '../../src/io/node/source-folder.js';
import { parseSafetensors, type TensorBytes } from '../../src/io/safetensors/parse.js';
import { writeSafetensors } from '../../src/io/safetensors/write.js';
import { readBytes, type Source } from '../../src/io/source.js';
import { memorySource } from '../../src/io/source-memory.js';
import { ALL_MODELS, createEngine, type Engine, fromPretrained, Tensor } from '../../src/node.js';
import { QUANTIZED_DTYPES as DTYPES } from '../../src/ops/panel-matrix.js';
import { type QuantizedDType as DType, QuantizedMatrix } from '../../src/ops/quantized.js';
import { encode } from '../../src/pretrained/encode.js';
import { quantizeCheckpoint } from '../../src/pretrained/quantize.js';
import { readQuantized, SUFFIX } from '../../src/pretrained/quantized.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { toBrain, toHalf } from '../reference/half.js';
import { tinyDecoder, tinyEncoder } from './tiny.js';

type Tensors = [string, TensorBytes][];
const SHIPPED = ['shakespeare', 'dates', 'sort'] as const;
const shipped = (name: string): Source =>
  folderSource(fileURLToPath(new URL(`../../models/${name}`, import.meta.url)));

async function quantized(engine: Engine, source: Source, dtype: DType) {
  const { config, tensors } = await quantizeCheckpoint(engine, source, dtype, ALL_MODELS);
  const all: Tensors = [];
  for await (const [name, tensor] of tensors()) all.push([name, tensor]);
  return { config, tensors: all };
}

const folder = (config: object, tensors: Tensors): Source =>
  memorySource([
    ['config.json', JSON.stringify(config)],
    ['model.safetensors', writeSafetensors(tensors)],
  ]);

/** All that a model holds, byte for byte. */
function contents(engine: Engine, model: Awaited<ReturnType<typeof fromPretrained>>['model']) {
  const out: Record<string, string> = {};
  for (const [name, p] of model.namedParameters()) {
    const m = p.matrix;
    const bytes = m instanceof Tensor ? 4 * m.numel : m.bytes;
    const kind = m instanceof QuantizedMatrix ? m.dtype : 'f32';
    out[name] = `${kind} ${Buffer.from(engine.arena.u8.slice(m.ptr, m.ptr + bytes)).toString('base64')}`;
  }
  return out;
}

async function loaded(engine: Engine, source: Source, dtype?: DType | 'f32') {
  using pretrained = await fromPretrained(engine, source, { dtype });
  return contents(engine, pretrained.model);
}

/** The tiny decoder with its weights in another type. */
async function stored(as: 'F16' | 'BF16'): Promise<Source> {
  const source = tinyDecoder();
  const { tensors } = parseSafetensors(await readBytes(source, 'model.safetensors'));
  const round = as === 'F16' ? toHalf : toBrain;
  const all = [...tensors].map(([name, { shape, bytes }]): Tensors[number] => {
    const values = new Float32Array(bytes.slice().buffer);
    return [name, { dtype: as, shape, bytes: new Uint8Array(Uint16Array.from(values, round).buffer) }];
  });
  return folder(JSON.parse(new TextDecoder().decode(await readBytes(source, 'config.json'))), all);
}

everyEngine('quantised offline', (engine) => {
  describe.each(DTYPES)('%s', (dtype) => {
    test.each([
      ['a decoder', () => tinyDecoder()],
      ['a decoder with tied embeddings', () => tinyDecoder({ config: { tie_word_embeddings: true } })],
      ['an encoder with rows of 36', () => tinyEncoder()],
      ['F16', () => stored('F16')],
      ['BF16', () => stored('BF16')],
      ...SHIPPED.map((name) => [name, () => shipped(name)] as const),
    ])('%s: the bytes of quantising on load', async (_, make) => {
      const source = await make();
      const { config, tensors } = await quantized(engine(), source, dtype);
      expect(config.quantization_config).toEqual({ quant_method: 'fovea', dtype });
      const want = await loaded(engine(), source, dtype);
      expect(await loaded(engine(), folder(config, tensors))).toEqual(want);
      const kinds = Object.values(want).map((v) => v.split(' ')[0]);
      expect(kinds.filter((k) => k === dtype).length).toBeGreaterThanOrEqual(4); // or the comparison says little
      expect(await loaded(engine(), source, 'f32')).not.toEqual(want);
    });

    test('asked for in f32, it gives the floats that the integers stand for', async () => {
      const { config, tensors } = await quantized(engine(), tinyDecoder(), dtype);
      using a = await fromPretrained(engine(), folder(config, tensors), { dtype: 'f32' });
      using b = await fromPretrained(engine(), tinyDecoder(), { dtype });
      const [x, y] = [a, b].map(({ model }) =>
        new Map(model.namedParameters()).get('model.layers.1.mlp.up_proj.weight')!.copy().toArray(),
      );
      const error = Math.max(...x.map((v, i) => Math.abs(v - y[i])));
      expect(error).toBeLessThan(1e-7);
    });

    test('rows of all kinds requantise to themselves', async () => {
      const random = new Random(5);
      for (const K of [2, 30, 32, 34, 96]) {
        const rows = [
          random.normal(K),
          random.normal(K, 1e-6),
          random.normal(K, 1e6),
          new Float32Array(K),
          new Float32Array(K).fill(-3),
          Float32Array.from({ length: K }, (_, k) => (k % 2 ? 1 : -1) * (1 + k / 1e3)),
          random.normal(K).map((v) => v ** 9),
          new Float32Array(K).fill(1e-32),
          random.normal(K).map((v) => Math.abs(v) + 2),
          random.normal(K).map((v) => -Math.abs(v) - 2),
          random.normal(K).map((v, k) => (k === 1 ? -1e-34 : Math.abs(v))),
        ];
        const w = Float32Array.from(rows.flatMap((row) => Array.from(row)));
        const pair = encode(w, K, dtype)!;
        const weights = {
          tensors: new Map([
            ['w', pair.values],
            [`w${SUFFIX[dtype]}`, pair.scales],
          ]),
          async *read() {
            yield { name: `w${SUFFIX[dtype]}`, element: 0, bytes: pair.scales.bytes };
            // in two parts that end within a row
            const cut = Math.floor(pair.values.bytes.length * 0.4);
            yield { name: 'w', element: 0, bytes: pair.values.bytes.slice(0, cut) };
            yield { name: 'w', element: cut, bytes: pair.values.bytes.slice(cut) };
          },
        };
        const read = readQuantized(weights, { quant_method: 'fovea', dtype });
        expect(read.tensors).toEqual(
          new Map([['w', { dtype: 'F32', shape: [rows.length, K], upright: true }]]),
        );
        const floats = new Float32Array(w.length);
        for await (const { element, bytes } of read.read(() => true))
          floats.set(new Float32Array(bytes.buffer), element);
        const packed = (values: Float32Array): string =>
          engine().scope(() => {
            const m = QuantizedMatrix.from(engine().tensor(values, [rows.length, K]), dtype);
            const all = Buffer.from(engine().arena.u8.slice(m.ptr, m.ptr + m.bytes)).toString('hex');
            m.dispose();
            return all;
          });
        expect(packed(floats)).toBe(packed(w));
        expect(packed(floats.map((v) => v * 1.01))).not.toBe(packed(w));
      }
    });
  });
});

test('what cannot be quantised stays as it is: odd columns in 4 bits, weights that are not finite', () => {
  for (const dtype of DTYPES) {
    expect(encode(new Float32Array(9), 3, dtype) === null).toBe(dtype === 'q4' || dtype === 'q4_1');
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(encode(Float32Array.of(1, bad), 2, dtype)).toBeNull();
  }
  // a scale beyond bf16
  expect(encode(Float32Array.of(3e38, -3e38), 2, 'q4_1')).toBeNull();
});

describe('folders of others', () => {
  const NAME = 'model.layers.0.mlp.up_proj.weight';

  async function broken(dtype: DType, change: (tensors: Map<string, TensorBytes>, config: Config) => void) {
    using engine = await createEngine();
    const { config, tensors } = await quantized(engine, tinyDecoder(), dtype);
    const map = new Map(tensors);
    const settings = structuredClone(config) as Config;
    change(map, settings);
    const before = engine.memory.blocks;
    const error = await fromPretrained(engine, folder(settings, [...map])).then(
      (model) => model.dispose(),
      (e: unknown) => e,
    );
    expect(engine.memory.blocks).toBe(before);
    return error;
  }
  type Config = { quantization_config: unknown };
  const edit = (t: TensorBytes, change: (bytes: Uint8Array) => void): TensorBytes => {
    const bytes = t.bytes.slice();
    change(bytes);
    return { ...t, bytes };
  };
  const float = (at: number, value: number) => (b: Uint8Array) =>
    new DataView(b.buffer).setFloat32(4 * at, value, true);

  test.each<
    [
      string,
      DType,
      (t: Map<string, TensorBytes>, c: Config) => void,
      abstract new (...args: never) => FoveaError,
      RegExp,
    ]
  >([
    [
      'another method',
      'q8',
      (_, c) => {
        c.quantization_config = { quant_method: 'gptq', bits: 4 };
      },
      ConfigError,
      /quant_method must be "fovea", got "gptq"/,
    ],
    [
      'no object',
      'q8',
      (_, c) => {
        c.quantization_config = 'q8';
      },
      ConfigError,
      /quant_method must be "fovea"/,
    ],
    [
      'another dtype',
      'q8',
      (_, c) => {
        c.quantization_config = { quant_method: 'fovea', dtype: 'q2' };
      },
      ConfigError,
      /dtype must be q8 or q8_0 or q4 or q4_1, got "q2"/,
    ],
    ['no scales', 'q8', (t) => t.delete(`${NAME}_absmax`), DTypeError, /stored as I8/],
    [
      'scales of another shape',
      'q8',
      (t) => t.set(`${NAME}_absmax`, { dtype: 'F32', shape: [1], bytes: new Uint8Array(4) }),
      SafetensorsError,
      /is no matrix in q8/,
    ],
    [
      'values of another type',
      'q4',
      (t) => t.set(NAME, { ...t.get(NAME)!, dtype: 'I8' }),
      SafetensorsError,
      /is no matrix in q4/,
    ],
    ...(['q8_0', 'q4_1'] as const).map(
      (dtype): [string, DType, (t: Map<string, TensorBytes>) => void, typeof SafetensorsError, RegExp] => [
        `a row of scales of ${dtype}`,
        dtype,
        (t) => {
          const { shape, bytes } = t.get(`${NAME}_scale`)!;
          t.set(`${NAME}_scale`, {
            dtype: 'BF16',
            shape: [shape[0], shape.slice(1).reduce((a, b) => a * b, 1) + 1],
            bytes: new Uint8Array(bytes.length + 2 * shape[0]),
          });
        },
        SafetensorsError,
        new RegExp(`is no matrix in ${dtype}`),
      ],
    ),
    [
      'a matrix of another shape',
      'q8',
      (t) => {
        t.set(NAME, { dtype: 'I8', shape: [1, 1], bytes: new Uint8Array(1) });
        t.set(`${NAME}_absmax`, { dtype: 'F32', shape: [1], bytes: new Uint8Array(4) });
      },
      FoveaError,
      /shape/,
    ],
    [
      'three dimensions',
      'q8',
      (t) => t.set(NAME, { ...t.get(NAME)!, shape: [1, ...t.get(NAME)!.shape] }),
      SafetensorsError,
      /is no matrix in q8/,
    ],
    [
      'a scale that is not finite',
      'q8',
      (t) => t.set(`${NAME}_absmax`, edit(t.get(`${NAME}_absmax`)!, float(3, Number.NaN))),
      SafetensorsError,
      /_absmax: element 3 is NaN/,
    ],
    [
      'a negative magnitude',
      'q8',
      (t) => t.set(`${NAME}_absmax`, edit(t.get(`${NAME}_absmax`)!, float(0, -1))),
      SafetensorsError,
      /_absmax: element 0 is -1/,
    ],
    [
      'a value out of range',
      'q8',
      (t) =>
        t.set(
          NAME,
          edit(t.get(NAME)!, (b) => b.fill(128, 7, 8)),
        ),
      SafetensorsError,
      /element 7 is -128/,
    ],
    [
      'the same in groups',
      'q8_0',
      (t) =>
        t.set(
          NAME,
          edit(t.get(NAME)!, (b) => b.fill(128, 9, 10)),
        ),
      SafetensorsError,
      /element 9 is -128/,
    ],
    [
      'a minimum that is not finite',
      'q4_1',
      (t) =>
        t.set(
          `${NAME}_scale`,
          edit(t.get(`${NAME}_scale`)!, (b) => b.set([0xc0, 0x7f], 2)),
        ),
      SafetensorsError,
      /_scale: element 1 is NaN/,
    ],
    [
      'an infinite scale in 4 bits',
      'q4',
      (t) =>
        t.set(
          `${NAME}_scale`,
          edit(t.get(`${NAME}_scale`)!, (b) => b.set([0x80, 0x7f], 0)),
        ),
      SafetensorsError,
      /_scale: element 0 is Infinity/,
    ],
  ])('%s', async (_, dtype, change, type, message) => {
    const error = await broken(dtype, change);
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toMatch(message);
  });

  test('any bytes for values load, whatever they say', async () => {
    const random = new Random(3);
    for (const dtype of DTYPES)
      expect(
        await broken(dtype, (t) =>
          t.set(
            NAME,
            edit(t.get(NAME)!, (b) =>
              b.set(Array.from(b, () => random.int(dtype.startsWith('q8') ? 127 : 256))),
            ),
          ),
        ),
      ).toBeUndefined();
  });

  test('scales behind their matrix, quantised twice, the core without a reader', async () => {
    using engine = await createEngine();
    const { config, tensors } = await quantized(engine, tinyDecoder(), 'q8');
    const source = folder(config, tensors);
    await expect(quantizeCheckpoint(engine, source, 'q8', ALL_MODELS)).rejects.toThrow('quantised already');
    await expect(core(engine, source)).rejects.toThrow('need the option quantized');
    const [values, scales] = [NAME, `${NAME}_absmax`].map((n) => new Map(tensors).get(n)!);
    const weights = {
      tensors: new Map([
        [NAME, values],
        [`${NAME}_absmax`, scales],
      ]),
      async *read() {
        yield { name: NAME, element: 0, bytes: values.bytes };
      },
    };
    const parts = readQuantized(weights, config.quantization_config).read(() => true);
    await expect(parts[Symbol.asyncIterator]().next()).rejects.toThrow('must come before its matrix');
  });
});
