// Quantises a checkpoint once and for all: tensors of the form that quantized.ts reads.
import type { Engine } from '../engine.js';
import { ConfigError } from '../errors.js';
import { openCheckpoint, readCheckpointTensor } from '../io/safetensors/checkpoint.js';
import type { TensorBytes } from '../io/safetensors/parse.js';
import { readJson, type Source } from '../io/source.js';
import { createModel, type ModelTypes } from '../models/define.js';
import { isWeightDType } from '../models/writer.js';
import { widen } from '../ops/cast.js';
import type { QuantizedDType } from '../ops/quantized.js';
import { contiguous, transpose } from '../ops/view.js';
import { Tensor } from '../tensor/tensor.js';
import { encode } from './encode.js';
import { METHOD, SUFFIX } from './quantized.js';

export interface QuantizedCheckpoint {
  /** config.json of the new folder. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Its tensors, one after another: scales right before what they belong to. */
  tensors(): AsyncGenerator<readonly [name: string, tensor: TensorBytes]>;
}

/**
 * Quantises the matrices that would be if the model were loaded with `dtype`, and passes on all else that the
 * model uses.  A matrix with a weight that is not finite, or for 4 bits an odd number of columns, stays as it is.
 * @throws ConfigError if it is quantised already; what opening a checkpoint throws
 */
export async function quantizeCheckpoint(
  { arena }: Engine,
  source: Source,
  dtype: QuantizedDType,
  modelTypes: ModelTypes,
  options: { readonly signal?: AbortSignal } = {},
): Promise<QuantizedCheckpoint> {
  const config = (await readJson(source, 'config.json', options)) as Record<string, unknown>;
  if (config.quantization_config !== undefined)
    throw new ConfigError(`${source.name} is quantised already: config.json has a quantization_config`);
  const model = createModel(arena, config, modelTypes);
  model.pack({ dtype }); // before there are values this only marks the matrices
  const parameters = new Map(model.namedParameters());
  const checkpoint = await openCheckpoint(source, options);

  async function* tensors(): AsyncGenerator<readonly [string, TensorBytes]> {
    for (const [name, place] of model.sanitize(checkpoint.tensors)) {
      if (place === null) continue;
      const { dtype: stored, shape } = checkpoint.tensors.get(name)!;
      const bytes = await readCheckpointTensor(checkpoint, name, options);
      const packs = parameters.get(place.key)?.packsWhenSet === dtype && shape.length === 2;
      const rows = packs && isWeightDType(stored) ? floats(bytes, stored, shape, place.transposed) : null;
      const K = shape[place.transposed ? 0 : 1];
      const pair = rows && encode(rows, K, dtype);
      if (!pair) yield [name, { dtype: stored, shape, bytes }] as [string, TensorBytes];
      else {
        yield [name + SUFFIX[dtype], pair.scales];
        yield [name, pair.values];
      }
    }
  }

  /** The matrix (N, K). */
  function floats(
    bytes: Uint8Array,
    stored: string,
    shape: readonly number[],
    transposed = false,
  ): Float32Array {
    return arena.scope(() => {
      const raw = Tensor.empty(arena, [bytes.byteLength], 'u8');
      arena.u8.set(bytes, raw.ptr);
      const x = Tensor.empty(arena, shape);
      widen(arena, x.ptr, raw.ptr, stored.toLowerCase() as 'f32' | 'f16' | 'bf16', x.numel);
      return contiguous(transposed ? transpose(x, 0, 1) : x).toArray() as Float32Array;
    });
  }

  return { config: { ...config, quantization_config: { quant_method: METHOD, dtype } }, tensors };
}
