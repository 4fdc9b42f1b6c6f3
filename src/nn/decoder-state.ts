// A decoder that writes step by step: what it has read of memory and target stays as keys and values, so that a step
// costs one position, not as many as have been written.  The bits are those of reading all of it again.
import { ArgumentError } from '../errors.js';
import { scaledDotProductAttention } from '../ops/attention.js';
import { indexSelect } from '../ops/gather.js';
import { cat, permute, reshape, split } from '../ops/view.js';
import type { Tensor } from '../tensor/tensor.js';
import type { MultiheadAttention } from './attention.js';
import { mergeMasks } from './attention-mask.js';
import { TransformerDecoderLayer } from './decoder-layer.js';
import { linearRows } from './in-projection.js';
import { feedForward } from './transformer-parts.js';
import type { DecoderLayer, FinalNorm, TransformerDecoder } from './transformer-stack.js';

/** Keys and values, (R, H, S, D) each. */
type KeyValues = readonly [k: Tensor, v: Tensor];

/** A layer with what it has read. */
interface Reader {
  layer: TransformerDecoderLayer;
  memory: KeyValues;
  written: KeyValues | null;
}

export class DecoderState {
  readonly #decoder: TransformerDecoder;
  readonly #readers: Reader[];
  /** (R, 1, 1, S), added to the scores of the memory */
  readonly #mask: Tensor | null;

  /**
   * For inference, batch first.  Dispose of it.
   * @param memory (B, S, E)
   * @param padding (B, S) bool, true = ignore
   * @param own (R) i32: which sequence each row of a step belongs to
   * @throws ArgumentError for layers of another kind than TransformerDecoderLayer
   */
  constructor(decoder: TransformerDecoder, memory: Tensor, padding: Tensor | null, own: Tensor) {
    const { arena } = decoder;
    const [B, S] = memory.shape;
    this.#decoder = decoder;
    this.#readers = decoder.layers.map(known).map((layer) => {
      const [k, v] = arena.scope(() =>
        keysAndValues(layer.multihead_attn, memory).map((t) => indexSelect(t, 0, own).keep()),
      );
      return { layer, memory: [k, v], written: null };
    });
    const sizes = { B, H: 1, L: 1, S, appended: 0 };
    this.#mask = padding && arena.scope(() => indexSelect(mergeMasks(null, padding, sizes)!, 0, own).keep());
  }

  /** x (R, 1, E), the next position of every row -> what the decoder makes of it, (R, 1, E) */
  step(x: Tensor): Tensor {
    return x.arena.scope(() => {
      const y = this.#readers.reduce((h, reader) => this.#read(reader, h), x);
      return this.#decoder.norm?.forward(y) ?? y;
    });
  }

  /** The rows of the next step go on from these, each of the same sequence: rows (R) i32. */
  reorder(rows: Tensor): void {
    // Rows of one sequence have the same memory; only what they have written differs.
    for (const reader of this.#readers)
      replace(
        reader,
        reader.written?.map((t) => indexSelect(t, 0, rows)),
      );
  }

  dispose(): void {
    this.#mask?.dispose();
    for (const { memory, written } of this.#readers)
      for (const t of [...memory, ...(written ?? [])]) t.dispose();
  }

  #read(reader: Reader, x: Tensor): Tensor {
    const { layer, memory } = reader;
    const { normFirst, activation } = layer.settings;
    const sublayer = (to: Tensor, norm: FinalNorm, f: (x: Tensor) => Tensor): Tensor =>
      normFirst ? f(norm.forward(to)) : norm.forward(f(to));
    const y = sublayer(x, layer.norm1, (q) => {
      const next = keysAndValues(layer.self_attn, q);
      const all = next.map((t, i) => (reader.written ? cat([reader.written[i], t], 2) : t));
      replace(reader, all);
      return attend(layer.self_attn, q, reader.written!, null, x);
    });
    const z = sublayer(y, layer.norm2, (q) => attend(layer.multihead_attn, q, memory, this.#mask, y));
    return sublayer(z, layer.norm3, (h) => feedForward(layer, activation, h, z));
  }
}

/** @throws ArgumentError for a layer of the caller's own, of which nothing is known */
function known(layer: DecoderLayer): TransformerDecoderLayer {
  if (layer instanceof TransformerDecoderLayer) return layer;
  throw new ArgumentError(`${layer.constructor.name} is no TransformerDecoderLayer`);
}

/** Takes new keys and values out of every scope, and lets the old ones go. */
function replace(reader: Reader, next: readonly Tensor[] | undefined): void {
  if (!next) return;
  const kept = next.map((t) => t.keep());
  for (const t of reader.written ?? []) t.dispose();
  reader.written = [kept[0], kept[1]];
}

/** x (R, S, E) as keys and values (R, H, S, D). */
function keysAndValues(attention: MultiheadAttention, x: Tensor): Tensor[] {
  const { embedDim: E, in_proj_weight, in_proj_bias } = attention;
  return split(linearRows(x, in_proj_weight!.matrix, in_proj_bias?.tensor ?? null, E, 2 * E), E, -1).map(
    (t) => heads(attention, t),
  );
}

/** What the queries of x (R, 1, E) read, plus `residual`: (R, 1, E). */
function attend(
  attention: MultiheadAttention,
  x: Tensor,
  [k, v]: KeyValues,
  attnMask: Tensor | null,
  residual: Tensor,
): Tensor {
  const { embedDim: E, in_proj_weight, in_proj_bias, out_proj } = attention;
  const q = heads(attention, linearRows(x, in_proj_weight!.matrix, in_proj_bias?.tensor ?? null, 0, E));
  const y = permute(scaledDotProductAttention(q, k, v, { attnMask }), [0, 2, 1, 3]);
  return out_proj.forward(reshape(y, x.shape), { residual });
}

/** (R, S, E) -> (R, H, S, D) */
function heads({ numHeads }: MultiheadAttention, x: Tensor): Tensor {
  return permute(reshape(x, [x.shape[0], x.shape[1], numHeads, -1]), [0, 2, 1, 3]);
}
