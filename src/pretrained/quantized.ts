// The folder that `fovea quantize` writes: a checkpoint whose matrices are stored in 8 or 4 bits.
//
//   config.json      "quantization_config": { "quant_method": "fovea", "dtype": "q8" | "q8_0" | "q4" | "q4_1" }
//   q8    NAME          I8 (N, K)             q in -127..127; w = q absmax / 127
//         NAME_absmax   F32 (N)               the largest magnitude of each row
//   q8_0  NAME          I8 (N, K)             q in -127..127; w = scale q
//         NAME_scale    BF16 (N, K / 32)      one scale for 32 k, rounded up
//   q4    NAME          U8 (N, K / 2)         two q of 0..15 a byte, the even k in the low bits; w = scale (q - 8)
//         NAME_scale    BF16 (N, K / 32)
//   q4_1  NAME          U8 (N, K / 2)         likewise; w = scale q + minimum
//         NAME_scale    BF16 (N, K / 32, 2)   scale and minimum
//
// N are output features, whatever order the model type stores them in.  All other tensors are as they were.  A
// file holds the scales before the values.  What is read are numbers that quantise to the very same integers and
// scales, so that a model loaded from such a folder has the bits of one quantised while it is loaded.
import { ConfigError, SafetensorsError } from '../errors.js';
import type { WeightInfo, WeightPart, WeightSource } from '../models/weights.js';
import { QUANTIZED_DTYPES } from '../ops/panel-matrix.js';
import type { QuantizedDType } from '../ops/quantized.js';

export const METHOD = 'fovea';
export const SUFFIX: Readonly<Record<QuantizedDType, string>> = {
  ...{ q8: '_absmax', q8_0: '_scale', q4: '_scale', q4_1: '_scale' },
};
/** Values of a row that share a scale, but for q8. */
export const GROUP = 32;

const inNibbles = (dtype: QuantizedDType): boolean => dtype === 'q4' || dtype === 'q4_1';

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
    const K = inNibbles(dtype) ? 2 * width : width;
    const values = inNibbles(dtype) ? 'U8' : 'I8';
    const expected = dtype === 'q8' ? ['F32', N] : ['BF16', N, Math.ceil(K / GROUP)];
    if (dtype === 'q4_1') expected.push(2);
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
  if (!QUANTIZED_DTYPES.includes(dtype as QuantizedDType))
    throw new ConfigError(
      `quantization_config.dtype must be ${QUANTIZED_DTYPES.join(' or ')}, got ${JSON.stringify(dtype)}`,
    );
  return dtype as QuantizedDType;
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
        yield inNibbles(dtype) ? nibbles(part, shape[1], known, dtype) : bytes(part, shape[1], known, dtype);
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

/** The group of an element of a matrix. */
const groupOf = (element: number, K: number): number =>
  Math.floor(element / K) * Math.ceil(K / GROUP) + Math.floor((element % K) / GROUP);

/** A run of 8-bit values as floats: in q8 the largest magnitude of a row is the float that it was. */
function bytes(
  { name, element, bytes: raw }: WeightPart,
  K: number,
  { values: scales }: Scales,
  dtype: QuantizedDType,
): WeightPart {
  const q = new Int8Array(raw.buffer, raw.byteOffset, raw.byteLength);
  const w = new Float32Array(q.length);
  for (let i = 0; i < q.length; i++) {
    if (q[i] === -128) throw new SafetensorsError(`${name}: element ${element + i} is -128`);
    if (dtype === 'q8_0') w[i] = q[i] * scales[groupOf(element + i, K)];
    else {
      const m = scales[Math.floor((element + i) / K)];
      w[i] = q[i] === 127 ? m : q[i] === -127 ? -m : (q[i] * m) / 127;
    }
  }
  return { name, element, bytes: new Uint8Array(w.buffer) };
}

/** A run of pairs of 4-bit values as floats. */
function nibbles(
  { name, element, bytes: raw }: WeightPart,
  K: number,
  { values }: Scales,
  dtype: QuantizedDType,
): WeightPart {
  const w = new Float32Array(2 * raw.length);
  for (let i = 0; i < raw.length; i++) {
    const group = groupOf(2 * (element + i), K);
    const [scale, minimum] =
      dtype === 'q4_1' ? [values[2 * group], values[2 * group + 1]] : [values[group], -8 * values[group]];
    w[2 * i] = scale * (raw[i] & 15) + minimum;
    w[2 * i + 1] = scale * (raw[i] >> 4) + minimum;
  }
  return { name, element: 2 * element, bytes: new Uint8Array(w.buffer) };
}
