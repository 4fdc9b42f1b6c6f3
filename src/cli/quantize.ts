import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TensorBytes } from '../io/safetensors/parse.js';
import { writeSafetensors } from '../io/safetensors/write.js';
import { readBytes, type Source } from '../io/source.js';
import { ALL_MODELS, createEngine, fromPretrained } from '../node.js';
import { QUANTIZED_DTYPES } from '../ops/panel-matrix.js';
import type { QuantizedDType } from '../ops/quantized.js';
import { quantizeCheckpoint } from '../pretrained/quantize.js';
import { bytes, type Command, note, print, stringOf, UsageError } from './command.js';
import { SOURCE_OPTIONS, sourceOf } from './model.js';

/** What a folder holds beside config.json and weights, where it has it. */
const OTHERS = [
  ...['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'generation_config.json'],
  ...['chat_template.jinja', 'modules.json', 'sentence_bert_config.json', '1_Pooling/config.json'],
  ...['config_sentence_transformers.json', 'LICENSE', 'LICENSE.txt', 'README.md'],
];

/** A file of weights ends when it holds so much: the Hub and old file systems like them below 2 GB. */
const SHARD_BYTES = 1 << 30;

export const quantizeCommand: Command = {
  summary: 'Write a checkpoint with its matrices in 8 or 4 bits: a smaller folder that loads as any other.',
  usage: `[DIR | --model DIR] --dtype ${QUANTIZED_DTYPES.join('|')} --out DIR`,
  options: {
    ...SOURCE_OPTIONS,
    dtype: {
      type: 'string',
      value: 'NAME',
      help: 'q8 (8 bits, a scale a row), q8_0 (a scale for 32), q4 (4 bits, a scale for 32) or q4_1 (and a minimum)',
    },
    out: { type: 'string', short: 'o', value: 'DIR', help: 'the folder to write; it must not be there yet' },
  },
  examples: [
    'fovea quantize ./gpt2 --dtype q8 --out ./gpt2-q8',
    'fovea quantize HuggingFaceTB/SmolLM2-135M --dtype q4 -o ./smollm2-q4',
  ],

  async run({ values, positionals, signal }) {
    const dtype = stringOf(values, 'dtype');
    if (!isQuantized(dtype))
      throw new UsageError(
        `--dtype must be ${QUANTIZED_DTYPES.join(' or ')}, got ${JSON.stringify(dtype ?? null)}`,
      );
    const out = stringOf(values, 'out');
    if (!out) throw new UsageError('where to?  Name a folder with --out');
    if ((await readdir(out).catch(() => [])).length > 0) throw new UsageError(`${out} is there already`);
    const source = await sourceOf({ values, positionals });
    using engine = await createEngine();
    const checkpoint = await quantizeCheckpoint(engine, source, dtype, ALL_MODELS, { signal });
    // Whole or not at all: it gets its name when all of it is there and loads.
    const draft = `${out}.partial`;
    await rm(draft, { recursive: true, force: true });
    try {
      const files = await writeShards(draft, checkpoint.tensors());
      await put(draft, 'config.json', `${JSON.stringify(checkpoint.config, null, 2)}\n`);
      await copyOthers(source, draft, signal);
      (await fromPretrained(engine, draft, { signal })).dispose();
      await rm(out, { recursive: true, force: true });
      await rename(draft, out);
      report(values.json === true, out, dtype, files);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  },
};

const isQuantized = (dtype: unknown): dtype is QuantizedDType =>
  QUANTIZED_DTYPES.includes(dtype as QuantizedDType);

interface Written {
  readonly file: string;
  readonly bytes: number;
}

/** One file, or several under an index. */
async function writeShards(
  folder: string,
  tensors: AsyncIterable<readonly [string, TensorBytes]>,
): Promise<Written[]> {
  const shards: { names: string[]; bytes: number }[] = [];
  let open: [string, TensorBytes][] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    const file = writeSafetensors(open, [['format', 'pt']]);
    await put(folder, `shard-${shards.length}`, file);
    shards.push({ names: open.map(([name]) => name), bytes: file.byteLength });
    open = [];
    size = 0;
  };
  let previous = '';
  for await (const [name, tensor] of tensors) {
    // Scales and their matrix stay in one file.
    if (size + tensor.bytes.byteLength > SHARD_BYTES && open.length > 0 && !previous.startsWith(name))
      await flush();
    open.push([name, tensor]);
    size += tensor.bytes.byteLength;
    previous = name;
  }
  await flush();
  const count = String(shards.length).padStart(5, '0');
  const named = shards.map(({ bytes: n }, i) => ({
    file:
      shards.length === 1
        ? 'model.safetensors'
        : `model-${String(i + 1).padStart(5, '0')}-of-${count}.safetensors`,
    bytes: n,
  }));
  for (const [i, { file }] of named.entries()) await rename(join(folder, `shard-${i}`), join(folder, file));
  if (shards.length > 1) {
    const map = shards.flatMap(({ names }, i) => names.map((name) => [name, named[i].file]));
    const index = { metadata: {}, weight_map: Object.fromEntries(map) };
    await put(folder, 'model.safetensors.index.json', JSON.stringify(index));
  }
  return named;
}

async function copyOthers(source: Source, folder: string, signal: AbortSignal): Promise<void> {
  for (const file of OTHERS)
    if (await source.has(file, { signal }))
      await put(folder, file, await readBytes(source, file, { signal }));
}

async function put(folder: string, file: string, content: string | Uint8Array): Promise<void> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

function report(json: boolean, out: string, dtype: string, files: Written[]): void {
  if (json) print(`${JSON.stringify({ out, dtype, files })}\n`);
  else for (const { file, bytes: n } of files) note(`${join(out, file)}: ${bytes(n)}\n`);
}
