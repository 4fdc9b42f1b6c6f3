// A checkpoint of io/ as the weight source that models/ loads from, with progress on the way.
import { type Checkpoint, readCheckpointParts } from '../io/safetensors/checkpoint.js';
import type { WeightPart, WeightSource } from '../models/weights.js';
import type { OnLoadProgress } from './progress.js';

// Small enough that an abort or a progress bar need not wait, large enough that a call costs nothing.
const PART_BYTES = 1 << 20;

export function weightsOf(
  checkpoint: Checkpoint,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: OnLoadProgress },
): WeightSource {
  const { tensors, source } = checkpoint;
  async function* read(wanted: (name: string) => boolean): AsyncGenerator<WeightPart> {
    const totals = new Map<string, number>();
    for (const [name, { file, begin, end }] of tensors)
      if (wanted(name)) totals.set(file, (totals.get(file) ?? 0) + end - begin);
    let current = '';
    let loaded = 0;
    const tell = (status: 'initiate' | 'progress' | 'done') =>
      onProgress?.({ status, name: source.name, file: current, loaded, total: totals.get(current)! });
    for await (const part of readCheckpointParts(checkpoint, { wanted, maxBytes: PART_BYTES, signal })) {
      const { file } = tensors.get(part.name)!;
      if (file !== current) {
        current = file;
        loaded = 0;
        tell('initiate');
      }
      yield part;
      loaded += part.bytes.byteLength;
      tell('progress');
      if (loaded === totals.get(file)) tell('done');
    }
  }
  return { tensors, read };
}
