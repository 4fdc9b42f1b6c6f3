// Quantises a checkpoint once and for all: tensors of the form that quantized.ts reads, with the integers and scales
// that the kernels make while loading (assembly/quant/pack.ts and pack4.ts).
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
import { GROUP, METHOD, SUFFIX } from './quantized.js';

const f = Math.fround;

/** To the nearest integer, ties to even, of a float below 2^22: as the kernels round. */
const round = (x: number): number => f(f(x + 12582912) - 12582912);

export interface QuantizedCheckpoint {
  /** config.json of the new folder. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Its tensors, one after another: scales right before what they belong to. */
  tensors(): AsyncGenerator<readonly [name: string, tensor: TensorBytes]>;
}

/**
 * Quantises the matrices that would be if the model were loaded with `dtype`, and passes on all else that the
 * model uses.  A matrix with a weight that is not finite, or for q4 an odd number of columns, stays as it is.
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
      const pair = rows && (dtype === 'q8' ? inBytes(rows, K) : inNibbles(rows, K));
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

interface Pair {
  readonly values: TensorBytes;
  readonly scales: TensorBytes;
}

/** Rows (N, K) in 8 bits; null if not all are finite. */
export function inBytes(w: Float32Array, K: number): Pair | null {
  const N = K === 0 ? 0 : w.length / K;
  const q = new Int8Array(w.length);
  const most = new Float32Array(N);
  for (let n = 0; n < N; n++) {
    const end = (n + 1) * K;
    for (let i = n * K; i < end; i++) {
      if (!Number.isFinite(w[i])) return null;
      most[n] = Math.max(most[n], Math.abs(w[i]));
    }
    const inverse = most[n] < f(1e-30) ? 0 : f(127 / most[n]);
    for (let i = n * K; i < end; i++) q[i] = round(f(w[i] * inverse));
  }
  return {
    values: { dtype: 'I8', shape: [N, K], bytes: new Uint8Array(q.buffer) },
    scales: { dtype: 'F32', shape: [N], bytes: new Uint8Array(most.buffer) },
  };
}

/** Rows (N, K) in 4 bits; null if not all are finite or K is odd. */
export function inNibbles(w: Float32Array, K: number): Pair | null {
  if (K % 2 !== 0 || K === 0) return null;
  const N = w.length / K;
  const groups = Math.ceil(K / GROUP);
  const q = new Uint8Array(w.length / 2);
  const scales = new Uint16Array(N * groups);
  for (let n = 0; n < N; n++)
    for (let g = 0; g < groups; g++) {
      const end = n * K + Math.min((g + 1) * GROUP, K);
      let most = 0;
      for (let i = n * K + g * GROUP; i < end; i++) {
        if (!Number.isFinite(w[i])) return null;
        if (Math.abs(w[i]) > Math.abs(most)) most = w[i];
      }
      const [bits, scale] = brain(Math.abs(most) < f(1e-30) ? 0 : f(most / -8));
      scales[n * groups + g] = bits;
      if (!Number.isFinite(scale)) return null;
      const inverse = scale === 0 ? 0 : f(1 / scale);
      for (let i = n * K + g * GROUP; i < end; i++) {
        const v = Math.max(Math.min(round(f(w[i] * inverse)) + 8, 15), 0);
        q[i >> 1] |= v << (4 * (i & 1));
      }
    }
  return {
    values: { dtype: 'U8', shape: [N, K / 2], bytes: q },
    scales: { dtype: 'BF16', shape: [N, groups], bytes: new Uint8Array(scales.buffer) },
  };
}

/** The nearest bf16, ties to even: its bits and its value. */
function brain(x: number): [bits: number, value: number] {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, x);
  const exact = view.getUint32(0);
  const bits = (exact + 0x7fff + ((exact >>> 16) & 1)) >>> 16;
  view.setUint32(0, bits << 16);
  return [bits, view.getFloat32(0)];
}
