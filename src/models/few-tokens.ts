// A few tokens through all layers of a Llama in one call of a kernel, as when it writes one after another.  The same
// bits as layer by layer: what is spared are the objects that every layer takes in JavaScript.
import type { RopeTable } from '../ops/position.js';
import { needsGrad, output } from '../ops/util.js';
import type { Arena } from '../tensor/arena.js';
import { Tensor } from '../tensor/tensor.js';
import type { DecoderCache, LayerCache } from './cache.js';
import type { GatedBlock } from './gated-block.js';
import type { GatedConfig } from './gated-config.js';
import {
  CACHE_WORDS,
  isKnown,
  KNOWN,
  know,
  LAYER_WORDS,
  layerWords,
  SIZES_WORDS,
  sizesWords,
} from './gated-record.js';

/** Up to so many rows: with more, products take so long that nothing else matters. */
const FEW = 8;

export class FewTokens {
  /** i32: what all layers have in common, then each; null if the kernel cannot do what they do */
  #record: Tensor | null = null;
  /** What it was written from: what is known of each layer, and how often parameters had moved. */
  readonly #known: unknown[] = [];
  #moves = -1;
  #requiresGrad = false;
  /** Where the cache of each layer was when its addresses were written, and for how many rows B. */
  readonly #places: object[] = [];
  #rows = 0;

  /**
   * What x (B, S, D) is after all layers; the cache gets S positions longer.  Returns null, with nothing done, where x
   * has to go layer by layer.
   */
  through(
    x: Tensor,
    layers: readonly GatedBlock[],
    config: GatedConfig,
    { cos, sin }: RopeTable,
    cache: DecoderCache,
  ): Tensor | null {
    const { arena } = x;
    const [B, S, D] = x.shape;
    if (B * S === 0 || B * S > FEW || D !== config.hiddenSize || !x.isContiguous || needsGrad(x)) return null;
    if (arena.threads > 1 || !fits(cache, layers, arena)) return null;
    if (!this.#holds(arena, layers)) this.#write(arena, layers, config);
    if (!this.#record || (arena.gradEnabled && this.#requiresGrad)) return null;
    const { ptr } = this.#record;
    const past = cache.offset;
    const shape = [B, config.kvHeads, S, config.headDim];
    for (let i = 0; i < layers.length; i++) {
      const layer = cache.layers[i];
      if (B === this.#rows && layer.place === this.#places[i] && layer.advance(S)) continue;
      layer.extend(shape);
      this.#place(i, layer);
    }
    this.#rows = B;
    const { kernels } = arena;
    const y = output(x);
    const scratch = arena.scratch(kernels.gated_decoder_f32_scratch(ptr, B * S));
    // biome-ignore format: one line for each group of the kernel's arguments
    kernels.gated_decoder_f32(
      y.ptr, x.ptr, ptr + 4 * SIZES_WORDS, ptr, cos.ptr, sin.ptr, scratch,
      Number(cos.rank === 3), B, S, past, layers.length,
    );
    return y;
  }

  /** Gives its memory back; it is written anew when it is wanted. */
  dispose(): void {
    this.#record?.dispose();
    this.#record = null;
    this.#moves = -1;
  }

  #holds(arena: Arena, layers: readonly GatedBlock[]): boolean {
    const known = this.#known;
    if (this.#moves !== arena.moves || known.length !== KNOWN * layers.length) return false;
    for (let i = 0; i < layers.length; i++) if (!isKnown(layers[i], known, KNOWN * i)) return false;
    return true;
  }

  #write(arena: Arena, layers: readonly GatedBlock[], config: GatedConfig): void {
    this.dispose();
    const words = [...sizesWords(config), ...layers.flatMap((layer, i) => layerWords(layer, config, i))];
    this.#known.length = KNOWN * layers.length;
    layers.forEach((layer, i) => {
      know(layer, this.#known, KNOWN * i);
    });
    this.#requiresGrad = layers.some((layer) => layer.parameters().some((p) => p.requiresGrad));
    this.#places.length = 0;
    if (!words.some(Number.isNaN)) this.#record = Tensor.from(arena, words, [words.length], 'i32').keep();
    // To lay a matrix out, which looking at it may do, moves it.
    this.#moves = arena.moves;
  }

  #place(layer: number, { keys, values, place }: LayerCache): void {
    const record = (this.#record as Tensor).data;
    const at = SIZES_WORDS + layer * LAYER_WORDS + CACHE_WORDS;
    record[at] = (keys as Tensor).ptr;
    record[at + 1] = (values as Tensor).ptr;
    record[at + 2] = (keys as Tensor).shape[2];
    this.#places[layer] = place;
  }
}

/** Whether the cache is one that the kernel can read and write. */
function fits({ layers, dtype }: DecoderCache, blocks: readonly GatedBlock[], arena: Arena): boolean {
  return dtype === 'f32' && layers.length === blocks.length && layers[0]?.arena === arena;
}
