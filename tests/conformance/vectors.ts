// Reads the PyTorch vectors: gzip JSON lines whose tensors are base64 of little-endian elements.
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { numel, type Shape } from '../../src/tensor/shape.js';
import { sharedPath } from '../shared.js';

export interface Vector {
  dtype: 'f32' | 'i32' | 'bool';
  shape: Shape;
  data: Float32Array | Int32Array | Uint8Array;
}

export type Vectors = Record<string, Vector>;

export interface Case {
  name: string;
  op: string;
  /** arguments of the constructor or function under PyTorch's names */
  config: Record<string, unknown>;
  /** parameters under PyTorch's state-dict keys */
  state: Vectors;
  inputs: Vectors;
  outputs: Vectors;
  grads: Vectors;
}

interface Raw {
  dtype: 'float32' | 'int64' | 'bool';
  shape: number[];
  data: string;
}

const FOLDER = 'conformance/pytorch';

/** Path of a topic's file below the shared folder. */
export function vectorPath(topic: string): string {
  return `${FOLDER}/${topic}.jsonl.gz`;
}

/** All cases of a topic; none where the shared folder is not there (describeShared says so). */
export function readVectors(topic: string): Case[] {
  const path = sharedPath(vectorPath(topic));
  if (!existsSync(path)) return [];
  const lines = gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n');
  const told = JSON.parse(readFileSync(sharedPath(`${FOLDER}/index.json`), 'utf8')) as {
    topics: { topic: string; cases: number }[];
  };
  const expected = told.topics.find((t) => t.topic === topic)?.cases;
  if (lines.length !== expected)
    throw new Error(`${topic}: ${lines.length} cases, the index promises ${expected}`);
  return lines.map((line) => {
    const { name, op, config, state, inputs, outputs, grads } = JSON.parse(line);
    return {
      name,
      op,
      config,
      state: decodeAll(state),
      inputs: decodeAll(inputs),
      outputs: decodeAll(outputs),
      grads: decodeAll(grads),
    };
  });
}

function decodeAll(tensors: Record<string, Raw> | null | undefined): Vectors {
  return Object.fromEntries(Object.entries(tensors ?? {}).map(([name, raw]) => [name, decode(raw, name)]));
}

function decode({ dtype, shape, data }: Raw, name: string): Vector {
  const bytes = new Uint8Array(Buffer.from(data, 'base64'));
  const n = numel(shape);
  const size = { float32: 4, int64: 8, bool: 1 }[dtype];
  if (bytes.length !== n * size) throw new Error(`${name}: ${bytes.length} bytes for ${n} of ${dtype}`);
  switch (dtype) {
    case 'float32':
      return { dtype: 'f32', shape, data: new Float32Array(bytes.buffer) };
    case 'bool':
      return { dtype: 'bool', shape, data: bytes };
    case 'int64': {
      const wide = new BigInt64Array(bytes.buffer);
      const narrow = Int32Array.from(wide, Number);
      if (narrow.some((x, i) => BigInt(x) !== wide[i])) throw new Error(`${name} does not fit into i32`);
      return { dtype: 'i32', shape, data: narrow };
    }
    default:
      throw new Error(`${name}: unknown dtype ${String(dtype)}`);
  }
}
