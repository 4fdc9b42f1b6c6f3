// Where the shared checkpoints are, and how to get at them.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe } from '@jest/globals';
import type { Engine } from '../../src/engine.js';
import { fromPretrained } from '../../src/hub.js';
import { folderSource } from '../../src/io/node/source-folder.js';
import type { DecoderModel, EncoderModel } from '../../src/models/base.js';
import type { Pretrained } from '../../src/pretrained.js';

const SHARED = fileURLToPath(new URL('../../../shared', import.meta.url));

export const CHECKPOINTS = `${SHARED}/conformance/checkpoints`;
export const STORIES = `${SHARED}/models/stories260K`;

/** `describe` if the folder is there; else it is skipped, and says so. */
export function describeWith(folder: string, title: string, body: () => void): void {
  if (existsSync(folder)) describe(title, body);
  else describe.skip(`${title} (SKIPPED: ${folder} is not here)`, body);
}

/** Numbers as golden.json holds them: base64 of little-endian float32. */
export interface Golden {
  readonly shape: readonly number[];
  readonly data: string;
}

export function numbers({ data }: Golden): Float32Array {
  const bytes = Buffer.from(data, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}

export function json(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

export async function loadFolder(engine: Engine, folder: string): Promise<Pretrained> {
  return fromPretrained(engine, folderSource(folder));
}

export async function loadEncoder(engine: Engine, folder: string): Promise<EncoderModel> {
  return (await loadFolder(engine, folder)).model as EncoderModel;
}

export async function loadDecoder(engine: Engine, folder: string): Promise<DecoderModel> {
  return (await loadFolder(engine, folder)).model as DecoderModel;
}
