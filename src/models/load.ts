// Fills a model from a checkpoint.  Everything is compared by names and shapes first, so that a checkpoint
// that does not fit costs nothing; then the bytes stream in, each tensor straight to its final form.
import { DTypeError, OutOfMemoryError, WeightsError } from '../errors.js';
import type { Parameter } from '../nn/parameter.js';
import type { MatrixDType } from '../ops/panel-matrix.js';
import type { PretrainedModel } from './base.js';
import type { WeightSource } from './weights.js';
import { isWeightDType, openWriter, type WeightDType, type Writer } from './writer.js';

/** How weights are held, and when to give up. */
export interface LoadOptions {
  /** How the matrices that GEMM reads are held: f32 (default), or quantised as they come in; see Module.pack. */
  readonly dtype?: MatrixDType;
  readonly signal?: AbortSignal;
}

/**
 * Reads the weights of `model`, F32, F16 or BF16.  On failure or abort the model is disposed, and nothing
 * stays behind in the engine.
 * @throws WeightsError that lists all that is missing, unexpected or misshapen; DTypeError;
 *   OutOfMemoryError; `signal.reason`
 */
export async function loadWeights(
  model: PretrainedModel,
  weights: WeightSource,
  { dtype = 'f32', signal }: LoadOptions = {},
): Promise<void> {
  const targets = match(model, weights);
  // Before there are values this only marks the matrices that GEMM reads; see Parameter.pack.
  model.pack({ dtype });
  expectRoom(model);
  let writer: Writer | null = null;
  try {
    for await (const part of weights.read((name) => targets.has(name))) {
      signal?.throwIfAborted();
      const { parameter, transposed, dtype: stored } = targets.get(part.name)!;
      writer ??= openWriter(parameter, stored, transposed);
      writer.write(part.element, part.bytes);
      if (!writer.done) continue;
      writer.finish();
      writer = null;
    }
    signal?.throwIfAborted();
    const unread = [...targets].filter(([, { parameter }]) => !parameter.materialized);
    if (unread.length > 0)
      throw new WeightsError(model.config.modelType, { missing: unread.map(([name]) => name) });
  } catch (error) {
    writer?.abandon();
    model.dispose();
    throw error;
  }
}

/** Bytes of a weight, at the least. */
const BYTES: Readonly<Record<MatrixDType, number>> = {
  ...{ f32: 4, q8: 1, q8_0: 1.0625, q4: 0.5625, q4_1: 0.625 },
};

/** Says before gigabytes are read that they will not fit. @throws OutOfMemoryError */
function expectRoom(model: PretrainedModel): void {
  const bytes = model.parameters().reduce((n, p) => n + BYTES[p.packsWhenSet ?? 'f32'] * p.numel, 0);
  const { used, limit } = model.arena.stats;
  if (used + bytes > limit)
    throw new OutOfMemoryError(
      `the weights take ${bytes} bytes in memory; the engine has ${limit - used} of ${limit} left`,
      bytes,
      limit,
    );
}

interface Target {
  parameter: Parameter;
  transposed: boolean;
  dtype: WeightDType;
}

/** What each tensor of the checkpoint is for, by the checkpoint's names. */
function match(model: PretrainedModel, { tensors }: WeightSource): Map<string, Target> {
  const places = model.sanitize(tensors);
  // A tied parameter is read under its owner's name.
  const open = new Map([...model.namedParameters()].filter(([, p]) => p.owner === p));
  const targets = new Map<string, Target>();
  const unexpected: string[] = [];
  const misshapen: { name: string; expected: number[]; actual: readonly number[] }[] = [];
  for (const [name, place] of places) {
    if (place === null) continue;
    const parameter = open.get(place.key);
    const { shape, dtype, upright } = tensors.get(name)!;
    const transposed = place.transposed === true && !upright;
    if (!parameter) {
      unexpected.push(name);
      continue;
    }
    open.delete(place.key);
    const expected = transposed ? [...parameter.shape].reverse() : [...parameter.shape];
    if (expected.join() !== shape.join()) misshapen.push({ name, expected, actual: shape });
    if (!isWeightDType(dtype))
      throw new DTypeError(`weight ${name} must be F32, F16 or BF16, it is stored as ${dtype}`);
    targets.set(name, { parameter, transposed, dtype });
  }
  const missing = [...open.keys()];
  if (missing.length + unexpected.length + misshapen.length > 0)
    throw new WeightsError(`model_type ${model.config.modelType}`, { missing, unexpected, misshapen });
  return targets;
}
