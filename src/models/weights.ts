// What a checkpoint holds, as this room sees it: names, shapes and a stream of bytes.  io/ gives it; that
// models do not know io keeps them usable with weights from anywhere.

/** What a checkpoint says of a tensor before its bytes are read. */
export interface WeightInfo {
  /** As safetensors writes it: F32, F16, BF16, I64, ... */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Its rows are output features, even where the model type stores them the other way round. */
  readonly upright?: boolean;
}

/** A run of whole elements of one tensor; little-endian bytes. */
export interface WeightPart {
  readonly name: string;
  /** Index of the first element, in the flattened tensor. */
  readonly element: number;
  readonly bytes: Uint8Array;
}

/** Where weights come from, run by run, so that no more than one run has to be in JavaScript at once. */
export interface WeightSource {
  readonly tensors: ReadonlyMap<string, WeightInfo>;
  /** The wanted tensors one after another, each in parts in order; one without elements in one empty part. */
  read(wanted: (name: string) => boolean): AsyncIterable<WeightPart>;
}

/** Where a tensor of the checkpoint goes. */
export interface Place {
  /** Key of the parameter. */
  readonly key: string;
  /** The checkpoint stores the transpose, as GPT-2's Conv1D does. */
  readonly transposed?: boolean;
}

/** For each tensor of a checkpoint its place, or null for one that this model has no use for. */
export type Places = Map<string, Place | null>;

/** Builds Places from a function of the name. */
export function place(names: Iterable<string>, of: (name: string) => Place | string | null): Places {
  return new Map(
    [...names].map((name) => {
      const to = of(name);
      return [name, typeof to === 'string' ? { key: to } : to];
    }),
  );
}

/**
 * Keys of an encoder: a checkpoint with a head puts `prefix` before the encoder's own keys, and what lacks
 * it there is the head's.  Old checkpoints call a layer norm's weight gamma and its bias beta.
 */
export function encoderKey(
  weights: ReadonlyMap<string, WeightInfo>,
  prefix: string,
): (name: string) => string | null {
  const prefixed = [...weights.keys()].some((name) => name.startsWith(prefix));
  return (name) => {
    if (prefixed && !name.startsWith(prefix)) return null;
    const key = prefixed ? name.slice(prefix.length) : name;
    return key.replace(/\.gamma$/, '.weight').replace(/\.beta$/, '.bias');
  };
}
