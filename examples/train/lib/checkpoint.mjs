/**
 * A training run on disk: one safetensors file with the model's parameters (`model.<key>`), the optimiser's state
 * (`optimizer.<number>.<slot>`) and, in its metadata, everything that is not a tensor.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSafetensors, Tensor, writeSafetensors } from '../../../dist/node.js';

const FILE = 'checkpoint.safetensors';
/** @type {Record<string, import('../../../dist/node.js').TensorBytes['dtype']>} */
const DTYPES = { f32: 'F32', f16: 'F16', bf16: 'BF16', i32: 'I32' };

/**
 * A tensor as writeSafetensors takes it: a copy of its elements.
 * @param {import('../../../dist/node.js').Tensor} tensor
 */
export function tensorBytes(tensor) {
  const data = tensor.toArray();
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { dtype: DTYPES[tensor.dtype], shape: [...tensor.shape], bytes };
}

/**
 * The inverse, for the two dtypes that a checkpoint holds.
 * @param {import('../../../dist/node.js').Tensor['arena']} arena
 * @param {string} dtype @param {readonly number[]} shape @param {Uint8Array} bytes
 */
function tensorFrom(arena, dtype, shape, bytes) {
  // A copy of its own is aligned; a slice of a Buffer would be neither.
  const { buffer } = Uint8Array.from(bytes);
  if (dtype === 'F32') return Tensor.from(arena, new Float32Array(buffer), shape);
  if (dtype === 'I32') return Tensor.from(arena, new Int32Array(buffer), shape, 'i32');
  throw new Error(`${FILE} holds a tensor of ${dtype}`);
}

/**
 * @param {string} folder made if it is not there
 * @param {import('./trainer.mjs').Task} task
 * @param {import('./trainer.mjs').Run} run
 */
export async function saveCheckpoint(folder, { name, model, optimizer, generator }, run) {
  const file = model.arena.scope(() => {
    const { state, paramGroups } = optimizer.stateDict();
    const tensors = [
      ...[...model.stateDict()].map(([key, t]) => /** @type {const} */ ([`model.${key}`, tensorBytes(t)])),
      ...[...state].map(([key, t]) => /** @type {const} */ ([`optimizer.${key}`, tensorBytes(t)])),
    ];
    const { seed, position } = generator;
    const rest = JSON.stringify({ name, run, paramGroups, generator: { seed, position } });
    return writeSafetensors(tensors, [['training', rest]]);
  });
  await mkdir(folder, { recursive: true });
  // Under its own name only when it is whole: a run that is killed while it saves keeps the last one.
  const path = join(folder, FILE);
  await writeFile(`${path}.part`, file);
  await rename(`${path}.part`, path);
}

/**
 * Puts a saved run back into the task; does nothing where there is none.
 * @param {string} folder
 * @param {import('./trainer.mjs').Task} task
 * @param {import('../../../dist/node.js').optim.LambdaLR} scheduler
 * @param {import('./trainer.mjs').Run} run
 */
export async function loadCheckpoint(folder, { name, model, optimizer, generator }, scheduler, run) {
  const bytes = await readFile(join(folder, FILE)).catch((error) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (bytes === null) return;
  const { tensors, metadata } = parseSafetensors(bytes, FILE);
  const saved = JSON.parse(metadata.get('training') ?? 'null');
  if (saved?.name !== name) throw new Error(`${folder} holds a run of ${saved?.name}, not of ${name}`);
  const { arena } = model;
  arena.scope(() => {
    const state = new Map();
    for (const [key, { dtype, shape, bytes: raw }] of tensors) {
      state.set(key, tensorFrom(arena, dtype, shape, raw));
    }
    model.loadStateDict(below('model.', state));
    optimizer.loadStateDict({ state: below('optimizer.', state), paramGroups: saved.paramGroups });
  });
  generator.manualSeed(saved.generator.seed).reserve(saved.generator.position);
  Object.assign(run, saved.run);
  scheduler.goTo(run.step);
}

/** The entries whose keys begin with the prefix, without it. @template T @param {string} prefix @param {ReadonlyMap<string, T>} all */
function below(prefix, all) {
  const mine = [...all].filter(([key]) => key.startsWith(prefix));
  return new Map(mine.map(([key, value]) => [key.slice(prefix.length), value]));
}
