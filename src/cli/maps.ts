// What a model attends to while it reads a text, whatever kind of model it is.
import {
  ArgumentError,
  type DecoderModel,
  type EncoderModel,
  PointerModel,
  type Pretrained,
  Seq2SeqModel,
  type Tensor,
  type Tokenizer,
} from '../node.js';

/** One map: a row of weights for each of `rows`, over `columns`. */
export interface AttentionMap {
  readonly layer: number;
  /** null: the mean of all heads */
  readonly head: number | null;
  readonly weights: readonly (readonly number[])[];
}

export interface AttentionMaps {
  /** what the rows do to the columns */
  readonly relation: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly maps: readonly AttentionMap[];
  /** what the model wrote, if it writes */
  readonly answer?: string;
}

export interface MapChoice {
  /** negative ones count from the end; null for all of them */
  readonly layer: number | null;
  /** null for all of them, 'mean' for their mean */
  readonly head: number | null | 'mean';
}

/** @throws ArgumentError for a layer or head that is not there, or a model without a tokenizer */
export function attentionMaps(loaded: Pretrained, text: string, choice: MapChoice): AttentionMaps {
  const { model, tokenizer } = loaded;
  if (!tokenizer) throw new ArgumentError('the model has no tokenizer.json: it cannot read a text');
  const { ids } = tokenizer.encode(text);
  if (ids.length === 0) throw new ArgumentError('the text has no tokens');
  const columns = ids.map((id) => label(tokenizer, id));
  return model.arena.scope((): AttentionMaps => {
    if (model instanceof PointerModel) {
      const [{ order, distributions }] = model.point([ids]);
      const weights = distributions.map((row) => Array.from(row));
      // There is one map only, and it has no heads.
      pick(choice.layer, 1, 'layer');
      const maps = [{ layer: 0, head: null, weights }];
      const answer = order.map((place) => columns[place]).join(' ');
      return { relation: 'points at', rows: order.map((_, step) => String(step + 1)), columns, maps, answer };
    }
    if (model instanceof Seq2SeqModel) {
      const [{ ids: written }] = model.write([ids]);
      const { self, memory } = model.attentionMaps(ids, written);
      const maps = pickMaps(memory, choice);
      for (const t of [...self, ...memory]) t.dispose();
      const end = tokenizer.idToToken(model.config.endId) ?? '';
      const rows = [...written.map((id) => label(tokenizer, id)), end];
      return { relation: 'looks at', rows, columns, maps, answer: tokenizer.decode(written) };
    }
    return { relation: 'attends to', rows: columns, columns, maps: pickMaps(selfMaps(model, ids), choice) };
  });
}

function selfMaps(model: EncoderModel | DecoderModel, ids: readonly number[]): Tensor[] {
  return model.forward([ids], { outputAttentions: true }).attentions!;
}

/** Of maps (1, H, L, S), one a layer. */
function pickMaps(layers: readonly Tensor[], { layer, head }: MapChoice): AttentionMap[] {
  return pick(layer, layers.length, 'layer').flatMap((l): AttentionMap[] => {
    const heads = (layers[l].tolist() as number[][][][])[0];
    if (head === 'mean') return [{ layer: l, head: null, weights: mean(heads) }];
    return pick(head, heads.length, 'head').map((h) => ({ layer: l, head: h, weights: heads[h] }));
  });
}

function pick(which: number | null, count: number, what: string): number[] {
  if (which === null) return Array.from({ length: count }, (_, i) => i);
  if (!Number.isInteger(which) || which < -count || which >= count)
    throw new ArgumentError(
      `${what} must be from 0 to ${count - 1}, or from ${-count} on counted from the end, got ${which}`,
    );
  return [which < 0 ? which + count : which];
}

export function mean(heads: readonly (readonly (readonly number[])[])[]): number[][] {
  return heads[0].map((row, i) => row.map((_, j) => heads.reduce((s, h) => s + h[i][j], 0) / heads.length));
}

/** A token as people read it; a space shows. */
function label(tokenizer: Tokenizer, id: number): string {
  const text = tokenizer.decode([id], { skipSpecialTokens: false });
  // Part of a character, or nothing by itself: then as the vocabulary writes it.
  const readable = text === '' || text.includes('\ufffd') ? (tokenizer.idToToken(id) ?? '') : text;
  return readable.replace(/ /g, '\u2423').replace(/\n/g, '\u21b5').replace(/\t/g, '\u21e5');
}
