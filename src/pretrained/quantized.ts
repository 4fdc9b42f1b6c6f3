// The folder that `fovea quantize` writes: a checkpoint whose matrices are stored in 8 or 4 bits.
//
//   config.json    "quantization_config": { "quant_method": "fovea", "dtype": "q8" | "q4" }
//   q8  NAME          I8 (N, K)         q in -127..127; w = q absmax / 127
//       NAME_absmax   F32 (N)           the largest magnitude of each row
//   q4  NAME          U8 (N, K / 2)     two q of 0..15 a byte, the even k in the low bits; w = scale (q - 8)
//       NAME_scale    BF16 (N, K / 32)  one scale for 32 k, rounded up
//
// N are output features, whatever order the model type stores them in.  All other tensors are as they were.  A
// file holds the scales before the values.  What is read are numbers that quantise to the very same integers and
// scales, so that a model loaded from such a folder has the bits of one quantised while it is loaded.
import { ConfigError, SafetensorsError } from '../errors.js';
import type { WeightInfo, WeightPart, WeightSource } from '../models/weights.js';
import type { QuantizedDType } from '../ops/quantized.js';

export const METHOD = 'fovea';
export const SUFFIX: Readonly<Record<QuantizedDType, string>> = { q8: '_absmax', q4: '_scale' };
/** Values of a row that share a scale in 4 bits. */
export const GROUP = 32;

/** Weights that were stored quantised, as floats, and the dtype in which to hold them again. */
export type QuantizedSource = WeightSource & { readonly dtype: QuantizedDType };

/** Which tensors are quantised, from headers alone: those that have scales. @throws SafetensorsError */
export function storedMatrices(
  tensors: ReadonlyMap<string, WeightInfo>,
  dtype: QuantizedDType,
): Map<string, readonly [N: number, K: number]> {
  const found = new Map<string, readonly [number, number]>();
  for (const [name, { dtype: type, shape }] of tensors) {
    const scales = tensors.get(name + SUFFIX[dtype]);
    if (!scales) continue;
    const [N, width] = shape;
    const K = dtype === 'q4' ? 2 * width : width;
    const values = dtype === 'q4' ? 'U8' : 'I8';
    const expected = dtype === 'q4' ? ['BF16', N, Math.ceil(K / GROUP)] : ['F32', N];
    const got = [scales.dtype, ...scales.shape];
    if (shape.length !== 2 || type !== values || got.join() !== expected.join())
      throw new SafetensorsError(
        `${name}: ${type} [${shape}] with ${name}${SUFFIX[dtype]} ${scales.dtype} [${scales.shape}] is no matrix in ${dtype}`,
      );
    found.set(name, [N, K]);
  }
  return found;
}

/** What config.json's quantization_config says. @throws ConfigError unless it is ours */
export function storedDType(config: unknown): QuantizedDType {
  const { quant_method: method, dtype } = (config ?? {}) as Record<string, unknown>;
  if (method !== METHOD)
    throw new ConfigError(
      `quantization_config.quant_method must be "${METHOD}", got ${JSON.stringify(method)}`,
    );
  if (dtype !== 'q8' && dtype !== 'q4')
    throw new ConfigError(`quantization_config.dtype must be q8 or q4, got ${JSON.stringify(dtype)}`);
  return dtype;
}

/**
 * Reads what `fovea quantize` has written, for PretrainedOptions.quantized: every full entry point brings it.
 * @throws ConfigError, SafetensorsError
 */
export function readQuantized(weights: WeightSource, config: unknown): QuantizedSource {
  const dtype = storedDType(config);
  const matrices = storedMatrices(weights.tensors, dtype);
  const matrixOf = new Map([...matrices.keys()].map((name) => [name + SUFFIX[dtype], name]));
  const tensors = new Map<string, WeightInfo>();
  for (const [name, info] of weights.tensors) {
    const shape = matrices.get(name);
    if (!matrixOf.has(name)) tensors.set(name, shape ? { dtype: 'F32', shape, upright: true } : info);
  }

  async function* read(wanted: (name: string) => boolean): AsyncGenerator<WeightPart> {
    const scales = new Map<string, Scales>();
    for await (const part of weights.read((name) => wanted(matrixOf.get(name) ?? name))) {
      const of = matrixOf.get(part.name);
      const shape = matrices.get(part.name);
      if (of !== undefined) {
        if (part.element === 0) scales.set(of, new Scales(weights.tensors.get(part.name)!, part.name));
        scales.get(of)!.take(part);
      } else if (!shape) yield part;
      else {
        const known = scales.get(part.name);
        if (!known) throw new SafetensorsError(`${part.name}${SUFFIX[dtype]} must come before its matrix`);
        yield dtype === 'q8' ? bytes(part, shape[1], known) : nibbles(part, shape[1], known);
      }
    }
  }
  return { dtype, tensors, read };
}

/** The scales of a matrix, as they come in. */
class Scales {
  readonly values: Float32Array;

  constructor(
    readonly info: WeightInfo,
    readonly name: string,
  ) {
    this.values = new Float32Array(info.shape.reduce((a, b) => a * b, 1));
  }

  take({ element, bytes: raw }: WeightPart): void {
    const bits = new Uint32Array(this.values.buffer);
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    const size = this.info.dtype === 'BF16' ? 2 : 4;
    for (let i = 0; i < raw.byteLength / size; i++) {
      bits[element + i] = size === 2 ? view.getUint16(2 * i, true) << 16 : view.getUint32(4 * i, true);
      const value = this.values[element + i];
      if (!Number.isFinite(value) || (size === 4 && value < 0))
        throw new SafetensorsError(`${this.name}: element ${element + i} is ${value}`);
    }
  }
}

/** A run of 8-bit values as floats: the largest magnitude of a row is the float that it was. */
function bytes({ name, element, bytes: raw }: WeightPart, K: number, { values: most }: Scales): WeightPart {
  const q = new Int8Array(raw.buffer, raw.byteOffset, raw.byteLength);
  const w = new Float32Array(q.length);
  for (let i = 0; i < q.length; i++) {
    const m = most[Math.floor((element + i) / K)];
    if (q[i] === -128) throw new SafetensorsError(`${name}: element ${element + i} is -128`);
    w[i] = q[i] === 127 ? m : q[i] === -127 ? -m : (q[i] * m) / 127;
  }
  return { name, element, bytes: new Uint8Array(w.buffer) };
}

/** A run of pairs of 4-bit values as floats. */
function nibbles({ name, element, bytes: raw }: WeightPart, K: number, { values }: Scales): WeightPart {
  const w = new Float32Array(2 * raw.length);
  const groups = Math.ceil(K / GROUP);
  for (let i = 0; i < raw.length; i++) {
    const at = 2 * (element + i);
    const row = Math.floor(at / K);
    const scale = values[row * groups + Math.floor((at - row * K) / GROUP)];
    w[2 * i] = scale * ((raw[i] & 15) - 8);
    w[2 * i + 1] = scale * ((raw[i] >> 4) - 8);
  }
  return { name, element: 2 * element, bytes: new Uint8Array(w.buffer) };
}
