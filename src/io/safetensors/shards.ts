// `model.safetensors.index.json`: which shard holds which tensor.
import { SafetensorsError } from '../../errors.js';
import { isObject, parseJson } from '../json.js';

export interface ShardIndex {
  /** Tensor name to shard file name. */
  readonly weightMap: ReadonlyMap<string, string>;
  /** The shards, each once, in the order of their first mention. */
  readonly shards: readonly string[];
}

// One character class, no separators and no leading dot: nothing to traverse with.  Built when it is needed: as a
// literal, its tables of letters would be made at the start of every program.
const SHARD = '^[\\p{L}\\p{N}_-][\\p{L}\\p{N}_. -]*\\.safetensors$';

/**
 * Parses and validates an index.  A shard is a plain file name beside the index: with a path in it, a
 * downloaded checkpoint could read files elsewhere.
 * @throws SafetensorsError
 */
export function parseShardIndex(text: string, file = 'model.safetensors.index.json'): ShardIndex {
  let root: unknown;
  try {
    root = parseJson(text);
  } catch (cause) {
    throw new SafetensorsError(`${file} is not valid JSON: ${(cause as Error).message}`, { cause });
  }
  const map = isObject(root) ? root.weight_map : undefined;
  if (!isObject(map)) throw new SafetensorsError(`${file} has no weight_map object`);
  const isShard = new RegExp(SHARD, 'u');
  const weightMap = new Map<string, string>();
  for (const [name, shard] of Object.entries(map)) {
    if (typeof shard !== 'string' || !isShard.test(shard))
      throw new SafetensorsError(
        `${file} maps ${JSON.stringify(name)} to ${JSON.stringify(shard)}, which is not the name of a safetensors file`,
      );
    weightMap.set(name, shard);
  }
  if (weightMap.size === 0) throw new SafetensorsError(`${file} lists no tensors`);
  return { weightMap, shards: [...new Set(weightMap.values())] };
}
