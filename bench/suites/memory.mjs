import { fresh } from '../fresh/spawn.mjs';
import { UsageError } from '../options.mjs';

/**
 * What loading a model and one pass of 128 tokens add to the process at the peak, each in a process of its own, as the
 * system counts resident memory.  The weights that the model is loaded from are made before for the encoder and held by
 * all alike; the decoder's are made while they are loaded, where an engine can take them so.
 */
const CASES = [
  { model: 'encoder', dtype: 'f32' },
  { model: 'encoder', dtype: 'q8' },
  { model: 'decoder', dtype: 'q8' },
  { model: 'decoder', dtype: 'q4' },
];

/** @param {{ json: boolean, rivals: string[] }} options @returns {Promise<boolean>} */
export async function main({ json, rivals }) {
  if (process.platform !== 'linux')
    throw new UsageError('memory: is measured by /proc, which this system lacks');
  for (const { model, dtype } of CASES) {
    const name = `${model === 'encoder' ? 'minilm-l6' : 'smollm2-135m'} ${dtype}`;
    const ours = await fresh(model, 'fovea', dtype);
    /** @type {Record<string, { peak_mb: number }>} */
    const others = {};
    for (const rival of rivals) {
      const { peak_bytes, missing } = await fresh(model, rival, dtype);
      if (!missing) others[rival] = { peak_mb: megabytes(peak_bytes) };
    }
    const line = {
      suite: 'memory',
      case: name,
      variant: 'simd',
      threads: 1,
      ours_mb: megabytes(ours.peak_bytes),
      weights_mb: megabytes(ours.weights_bytes),
      rivals: others,
    };
    process.stdout.write(`${json ? JSON.stringify(line) : asText(line)}\n`);
  }
  return true;
}

/** @param {number} bytes */
function megabytes(bytes) {
  return Math.round(bytes / 1e5) / 10;
}

function asText({ case: name, ours_mb, weights_mb, rivals }) {
  const others = Object.entries(rivals).map(([rival, { peak_mb }]) => `${rival} ${peak_mb} MB`);
  return [`${name.padEnd(18)} fovea ${ours_mb} MB (weights ${weights_mb} MB)`, ...others].join(', ');
}
