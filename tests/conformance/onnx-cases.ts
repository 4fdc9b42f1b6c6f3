// Reads the ONNX operator cases: gzip JSON lines whose tensors are base64 of little-endian elements.
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { numel, type Shape } from '../../src/tensor/shape.js';
import { sharedPath } from '../shared.js';
import { decodeElements, type OnnxDType } from './onnx-dtype.js';

/** A tensor of a case.  Its elements are decoded when they are asked for: a few dtypes have no reader. */
export interface OnnxTensor {
  name: string;
  dtype: OnnxDType;
  shape: Shape;
  /** exact values of numbers and booleans in row-major order; @throws for strings and 8-bit floats */
  readonly data: Float64Array;
  /** the elements of dtype `string`; empty for every other */
  strings: readonly string[];
}

export type OnnxAttribute = number | string | readonly number[] | readonly string[];

export interface OnnxCase {
  name: string;
  op: string;
  /** empty for ONNX's own domain */
  domain: string;
  opset: number;
  /** ONNX's names; one that is absent has the default of its opset */
  attributes: Readonly<Record<string, OnnxAttribute>>;
  /** null where an optional one is left out; trailing ones are absent */
  inputs: readonly (OnnxTensor | null)[];
  outputs: readonly (OnnxTensor | null)[];
}

/** Path of the cases below the shared folder. */
export const ONNX_FOLDER = 'conformance/onnx';

/** What the index promises: each operator with the names of its cases; none without the shared folder. */
export function onnxIndex(): { op: string; names: readonly string[] }[] {
  const path = sharedPath(`${ONNX_FOLDER}/index.json`);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).ops : [];
}

/** All cases of an operator; none where the shared folder is not there (describeShared says so). */
export function readOnnxCases(op: string): OnnxCase[] {
  const path = sharedPath(`${ONNX_FOLDER}/${op}.jsonl.gz`);
  if (!existsSync(path)) return [];
  const lines = gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n');
  const promised = onnxIndex().find((o) => o.op === op)?.names ?? [];
  const cases = lines.map(parse);
  if (cases.map((c) => c.name).join() !== promised.join())
    throw new Error(`${op}: the ${cases.length} cases are not the ${promised.length} of the index`);
  return cases;
}

interface Raw {
  name: string;
  dtype: OnnxDType;
  shape: number[];
  data: string | string[];
}

function parse(line: string): OnnxCase {
  const { name, op, domain = '', opset, attributes, inputs, outputs } = JSON.parse(line);
  return { name, op, domain, opset, attributes, inputs: inputs.map(tensor), outputs: outputs.map(tensor) };
}

function tensor(raw: Raw | null): OnnxTensor | null {
  if (raw === null) return null;
  const { name, dtype, shape, data } = raw;
  let decoded: Float64Array | undefined;
  return {
    name,
    dtype,
    shape,
    strings: Array.isArray(data) ? data : [],
    get data() {
      if (Array.isArray(data)) throw new Error(`${name} holds strings`);
      decoded ??= decodeElements(dtype, new Uint8Array(Buffer.from(data, 'base64')), numel(shape), name);
      return decoded;
    },
  };
}
