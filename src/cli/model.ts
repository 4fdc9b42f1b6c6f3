// What the commands that use a model share: which one, and loading it with progress.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openSource } from '../io/node/open.js';
import type { Source } from '../io/source.js';
import type { Variant } from '../kernels.js';
import { createEngine, type Engine, fromPretrained, type LoadProgress, type Pretrained } from '../node.js';
import { MATRIX_DTYPES, type MatrixDType } from '../ops/panel-matrix.js';
import { MAX_THREADS } from '../runtime/threads.js';
import {
  bytes,
  type Call,
  note,
  numberOf,
  type Option,
  stringOf,
  UsageError,
  type Values,
} from './command.js';

/** Where a checkpoint comes from. */
export const SOURCE_OPTIONS: Readonly<Record<string, Option>> = {
  model: {
    type: 'string',
    short: 'm',
    value: 'DIR',
    help: 'checkpoint folder, or a name on the Hub (owner/name)',
  },
  revision: { type: 'string', value: 'REV', help: 'branch, tag or commit on the Hub; default main' },
  offline: { type: 'boolean', help: 'use what the cache has, never the network' },
};

export const MODEL_OPTIONS: Readonly<Record<string, Option>> = {
  ...SOURCE_OPTIONS,
  dtype: {
    type: 'string',
    value: 'NAME',
    help: 'how weights are held: f32, q8 (8 bits: smaller, faster), q8_0, q4 (4 bits), q4_1; default as stored',
  },
  variant: { type: 'string', value: 'NAME', help: 'simd (default, reproducible), relaxed (faster), auto' },
  threads: { type: 'string', value: 'N', help: 'how many threads, or auto; default 1' },
};

/** A story teller of 260 thousand parameters, where the package lies beside the shared material. */
const EXAMPLE = fileURLToPath(new URL('../../../shared/models/stories260K', import.meta.url));

/** The model that the command line names. @throws UsageError where it names none and there is no default */
export function modelOf(values: Values): string {
  const named = stringOf(values, 'model');
  if (named !== undefined) return named;
  if (existsSync(EXAMPLE)) return EXAMPLE;
  throw new UsageError(
    'which model?  Name one with --model: a folder with config.json and model.safetensors, or a repository of the Hub such as sentence-transformers/all-MiniLM-L6-v2',
  );
}

/** The files of the one checkpoint that the command line names. @throws UsageError if it names more, or none */
export async function sourceOf({
  values,
  positionals,
}: Pick<Call, 'values' | 'positionals'>): Promise<Source> {
  if (positionals.length > 1 || (positionals.length === 1 && values.model !== undefined))
    throw new UsageError('one checkpoint at a time');
  return openSource(positionals[0] ?? modelOf(values), {
    revision: stringOf(values, 'revision'),
    ...(values.offline === true && { offline: true }),
  });
}

export function variantOf(values: Values): Variant | 'auto' {
  const variant = stringOf(values, 'variant') ?? 'simd';
  if (variant !== 'simd' && variant !== 'relaxed' && variant !== 'auto')
    throw new UsageError(`--variant must be simd, relaxed or auto, got ${JSON.stringify(variant)}`);
  return variant;
}

export function dtypeOf(values: Values): MatrixDType | undefined {
  const dtype = stringOf(values, 'dtype');
  if (dtype !== undefined && !MATRIX_DTYPES.includes(dtype as MatrixDType))
    throw new UsageError(`--dtype must be ${MATRIX_DTYPES.join(' or ')}, got ${JSON.stringify(dtype)}`);
  return dtype as MatrixDType | undefined;
}

export function threadsOf(values: Values): number | 'auto' {
  if (stringOf(values, 'threads') === 'auto') return 'auto';
  const threads = numberOf(values, 'threads') ?? 1;
  if (Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS) return threads;
  throw new UsageError(`--threads must be auto or a whole number from 1 to ${MAX_THREADS}, got ${threads}`);
}

/** Loads the model, runs `body` with it, and gives everything back. */
export async function withModel(
  { values, signal }: Call,
  body: (model: Pretrained, engine: Engine) => Promise<void>,
): Promise<void> {
  const where = modelOf(values);
  const engine = await createEngine({ variant: variantOf(values), threads: threadsOf(values) });
  if (engine.threadsReason !== null) note(`one thread: ${engine.threadsReason}\n`);
  try {
    const model = await fromPretrained(engine, where, {
      dtype: dtypeOf(values),
      signal,
      revision: stringOf(values, 'revision'),
      ...(values.offline === true && { offline: true }),
      onProgress: showProgress(),
    });
    await body(model, engine);
  } finally {
    engine.dispose();
  }
}

/** One line on a terminal, rewritten as it goes; elsewhere one line a file. */
function showProgress(): (progress: LoadProgress) => void {
  const terminal = process.stderr.isTTY === true;
  return ({ status, file, loaded, total }) => {
    if (status === 'ready') {
      if (terminal) note('\r\x1b[K');
      return;
    }
    const doing = status === 'download' ? 'downloading' : 'loading';
    if (terminal) {
      const percent = total > 0 ? Math.floor((100 * loaded) / total) : 100;
      note(`\r\x1b[K${doing} ${file} ${percent}% of ${bytes(total)}`);
    } else if (status === 'done') note(`loaded ${file}, ${bytes(total)}\n`);
  };
}
