import { type Checkpoint, openCheckpoint } from '../io/safetensors/checkpoint.js';
import { readJson } from '../io/source.js';
import { MODEL_TYPES } from '../node.js';
import { METHOD, SUFFIX, storedDType, storedMatrices } from '../pretrained/quantized.js';
import { bytes, type Command, print } from './command.js';
import { SOURCE_OPTIONS, sourceOf } from './model.js';

interface Row {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly parameters: number;
  readonly bytes: number;
  readonly file: string;
}

export const inspectCommand: Command = {
  summary: 'What is in a checkpoint: every tensor with its shape, bytes and type. Reads headers only.',
  usage: '[DIR | --model DIR]',
  options: {
    ...SOURCE_OPTIONS,
  },
  examples: ['fovea inspect ./stories260K', 'fovea inspect --json sentence-transformers/all-MiniLM-L6-v2'],

  async run({ values, positionals, signal }) {
    const source = await sourceOf({ values, positionals });
    const config = (await source.has('config.json', { signal }))
      ? ((await readJson(source, 'config.json', { signal })) as Record<string, unknown>)
      : {};
    const { tensors, byteLength } = await openCheckpoint(source, { signal });
    const rows = rowsOf(tensors, config.quantization_config);
    const modelType = String(config.model_type ?? 'unknown');
    const summary = {
      source: source.name,
      modelType,
      supported: MODEL_TYPES.includes(modelType),
      files: [...new Set(rows.map((r) => r.file))],
      tensors: rows.length,
      parameters: rows.reduce((n, r) => n + r.parameters, 0),
      bytes: byteLength,
    };
    if (values.json) print(`${JSON.stringify({ ...summary, config, weights: rows })}\n`);
    else print(table(rows) + totals(summary));
  },
};

/** A row for each tensor; of what `fovea quantize` has written, one for a matrix together with its scales. */
function rowsOf(tensors: Checkpoint['tensors'], quantization: unknown): Row[] {
  const method = (quantization as Record<string, unknown> | undefined)?.quant_method;
  const dtype = method === METHOD ? storedDType(quantization) : null;
  const matrices = dtype ? storedMatrices(tensors, dtype) : null;
  const scalesOf = (name: string): string => name + (dtype ? SUFFIX[dtype] : '');
  const scales = new Set([...(matrices?.keys() ?? [])].map(scalesOf));
  return [...tensors]
    .filter(([name]) => !scales.has(name))
    .map(([name, { dtype: stored, shape: given, begin, end, file }]) => {
      const matrix = matrices?.get(name);
      const shape = matrix ?? given;
      const more = matrix ? tensors.get(scalesOf(name))! : { begin: 0, end: 0 };
      return {
        name,
        dtype: matrix ? dtype! : stored,
        shape,
        parameters: shape.reduce((a, b) => a * b, 1),
        bytes: end - begin + more.end - more.begin,
        file,
      };
    });
}

function table(rows: readonly Row[]): string {
  const cells = rows.map((r) => [r.name, r.dtype, `[${r.shape.join(', ')}]`, bytes(r.bytes)]);
  const widths = [0, 1, 2, 3].map((i) => Math.max(0, ...cells.map((c) => c[i].length)));
  return cells
    .map(([name, dtype, shape, size]) =>
      [
        name.padEnd(widths[0]),
        dtype.padEnd(widths[1]),
        shape.padEnd(widths[2]),
        size.padStart(widths[3]),
      ].join('  '),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function totals(s: {
  modelType: string;
  supported: boolean;
  files: string[];
  tensors: number;
  parameters: number;
  bytes: number;
}): string {
  const known = s.supported ? '' : ' (not supported)';
  return `\nmodel_type ${s.modelType}${known}: ${s.tensors} tensors, ${s.parameters.toLocaleString('en')} parameters, ${bytes(s.bytes)} in ${s.files.join(', ')}\n`;
}
