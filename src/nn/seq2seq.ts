import { ShapeError } from '../errors.js';
import { add, mul } from '../ops/binary.js';
import { crossEntropy } from '../ops/cross-entropy.js';
import { sinusoid } from '../ops/position.js';
import { logSoftmax } from '../ops/softmax.js';
import { expectDType } from '../ops/util.js';
import { narrow, reshape, select } from '../ops/view.js';
import type { Generator } from '../tensor/generator.js';
import { show } from '../tensor/shape.js';
import { noGrad } from '../tensor/tape.js';
import { Tensor } from '../tensor/tensor.js';
import { type BeamOptions, BeamSearch, type Hypothesis } from './beam.js';
import type { DecoderMaps } from './decoder-layer.js';
import { DecoderState } from './decoder-state.js';
import { Dropout } from './dropout.js';
import { Embedding } from './embedding.js';
import type { TransformerEncoderLayer } from './encoder-layer.js';
import { drawn, normal } from './init.js';
import { Linear } from './linear.js';
import { type Home, Module } from './module.js';
import { Transformer, type TransformerOptions } from './transformer.js';
import type { TransformerDecoder, TransformerEncoder } from './transformer-stack.js';

/** Vocabularies, special tokens, and the options of nn.Transformer. */
export interface Seq2SeqOptions
  extends Omit<TransformerOptions, 'batchFirst' | 'customEncoder' | 'customDecoder'> {
  /** tokens of the source */
  vocabSize: number;
  /** tokens of the target; default vocabSize */
  targetVocabSize?: number;
  /** fills up sources and targets */
  padId: number;
  /** comes before every target */
  startId: number;
  /** ends every target */
  endId: number;
  /** one matrix for both embeddings and the output layer (Vaswani et al. 2017, 3.4); default false */
  tieEmbeddings?: boolean;
}

/**
 * The Transformer as Vaswani et al. 2017 use it, from a sequence of tokens to another: embeddings times √dModel plus
 * sinusoidal positions, nn.Transformer, and an output layer.
 * State: src_embedding.weight (V, E), tgt_embedding.weight (Vt, E), transformer.*, output.weight (Vt, E), output.bias
 */
export class Seq2SeqTransformer extends Module {
  src_embedding: Embedding;
  tgt_embedding: Embedding;
  transformer: Transformer;
  output: Linear;
  dropout: Dropout;
  readonly padId: number;
  readonly startId: number;
  readonly endId: number;
  readonly #normFirst: boolean;

  constructor(home: Home, options: Seq2SeqOptions) {
    super(home);
    const { vocabSize, targetVocabSize = vocabSize, tieEmbeddings = false, generator } = options;
    const { arena } = this;
    this.padId = options.padId;
    this.startId = options.startId;
    this.endId = options.endId;
    this.#normFirst = options.normFirst ?? false;
    this.transformer = new Transformer(arena, { ...options, batchFirst: true });
    const E = this.transformer.dModel;
    // Unit variance after the factor √E.
    const rows = (V: number): Embedding => {
      const layer = new Embedding(arena, V, E, { generator });
      const fill = (w: Tensor, g: Generator) => normal(w, { std: 1 / Math.sqrt(E), generator: g });
      layer.weight.reset(drawn(fill, [V, E], generator ?? arena.generator));
      return layer;
    };
    this.src_embedding = rows(vocabSize);
    this.tgt_embedding = rows(targetVocabSize);
    this.output = new Linear(arena, E, targetVocabSize, { generator });
    this.dropout = new Dropout(arena, options.dropout ?? 0.1, { generator });
    if (!tieEmbeddings) return;
    this.tgt_embedding.weight.tie(this.src_embedding.weight);
    this.output.weight.tie(this.src_embedding.weight);
  }

  /**
   * Teacher forcing: source (B, S), target (B, L) i32, the target as the decoder is to be fed, from the start token
   * on -> logits (B, L, Vt) of what comes after each of its tokens.  Padding of the source is not attended to.
   * @throws ShapeError, DTypeError, ArgumentError
   */
  forward(source: Tensor, target: Tensor): Tensor {
    return this.arena.scope(() => {
      const padding = this.#padding(source);
      return this.output.forward(this.#decode(target, this.#encode(source, padding), padding));
    });
  }

  /**
   * Mean cross entropy of every token after the first of the target (B, L), start, tokens, end, padding, which
   * counts nothing.
   * @param labelSmoothing see F.crossEntropy
   */
  loss(source: Tensor, target: Tensor, { labelSmoothing = 0 } = {}): Tensor {
    return this.arena.scope(() => {
      const [B, L] = target.shape;
      const logits = this.forward(source, narrow(target, 1, 0, L - 1));
      const next = reshape(narrow(target, 1, 1, L - 1), [B * (L - 1)]);
      const options = { ignoreIndex: this.padId, labelSmoothing };
      return crossEntropy(reshape(logits, [B * (L - 1), -1]), next, options);
    });
  }

  /**
   * Writes targets by the model's own choices, greedily or by beam search: source (B, S) i32 -> the best hypotheses
   * of each sequence, best first, without start and end.  One that reaches `maxLength` tokens stops there.
   * @throws ShapeError, DTypeError, ArgumentError
   */
  generate(source: Tensor, { maxLength, ...options }: BeamOptions & { maxLength: number }): Hypothesis[][] {
    const { arena } = this;
    return noGrad(arena, () =>
      arena.scope(() => {
        const padding = this.#padding(source);
        const [B] = source.shape;
        const search = new BeamSearch(new Array(B).fill(maxLength), this.endId, options);
        const R = B * search.beams;
        const sequences = Int32Array.from({ length: R }, (_, r) => Math.floor(r / search.beams));
        const own = Tensor.from(arena, sequences, [R], 'i32');
        const decoder = this.transformer.decoder as TransformerDecoder;
        const state = new DecoderState(decoder, this.#encode(source, padding), padding, own);
        try {
          let last: ArrayLike<number> = new Array(R).fill(this.startId);
          for (let place = 0; !search.done; place++)
            arena.scope(() => {
              const x = this.#embed(this.tgt_embedding, Tensor.from(arena, last, [R, 1], 'i32'), place);
              const logits = this.output.forward(select(state.step(x), 1, 0));
              const { rows, choices } = search.advance(logSoftmax(logits, -1));
              if (search.beams > 1) state.reorder(Tensor.from(arena, rows, [R], 'i32'));
              last = choices;
            });
        } finally {
          state.dispose();
        }
        return search.results();
      }),
    );
  }

  /**
   * What each decoder layer attends to while it reads `target`, arguments as for forward: `memory` maps (B, H, L, S)
   * tell which tokens of the source each next token was written from.
   */
  attentionMaps(source: Tensor, target: Tensor): DecoderMaps {
    const maps: DecoderMaps = { self: [], memory: [] };
    noGrad(this.arena, () =>
      this.arena.scope(() => {
        const padding = this.#padding(source);
        this.#decode(target, this.#encode(source, padding), padding, maps);
      }),
    );
    return maps;
  }

  /**
   * What each encoder layer attends to while it reads `source` (B, S) i32: maps (B, H, S, S), one a layer.  No scope
   * owns them: dispose of them.
   */
  encoderMaps(source: Tensor): Tensor[] {
    const maps: Tensor[] = [];
    noGrad(this.arena, () =>
      this.arena.scope(() => {
        const keyPaddingMask = this.#padding(source);
        let x = this.#embed(this.src_embedding, source);
        // Asked of each layer's attention a second time, beside the layer: the layers of the core stay as small as
        // they are, and who reads maps is in no hurry.
        for (const layer of (this.transformer.encoder as TransformerEncoder).layers) {
          const { self_attn, norm1 } = layer as TransformerEncoderLayer;
          const y = this.#normFirst ? norm1.forward(x) : x;
          const { weights } = self_attn.forward(y, y, y, { keyPaddingMask, averageAttnWeights: false });
          maps.push(weights!.keep());
          x = layer.forward(x, { srcKeyPaddingMask: keyPaddingMask });
        }
      }),
    );
    return maps;
  }

  /** (B, S) bool, true = ignore; null if nothing is padding. */
  #padding(source: Tensor): Tensor | null {
    expectDType(source, 'source', 'i32');
    if (source.rank !== 2 || source.numel === 0)
      throw new ShapeError(`source must be (B, S) and not empty, got ${show(source.shape)}`);
    const hidden = Uint8Array.from(source.toArray(), (id) => (id === this.padId ? 1 : 0));
    return hidden.includes(1) ? Tensor.from(this.arena, hidden, source.shape, 'bool') : null;
  }

  #encode(source: Tensor, srcKeyPaddingMask: Tensor | null): Tensor {
    const x = this.#embed(this.src_embedding, source);
    return this.transformer.encoder.forward(x, { srcKeyPaddingMask });
  }

  #decode(target: Tensor, memory: Tensor, memoryKeyPaddingMask: Tensor | null, maps?: DecoderMaps): Tensor {
    const x = this.#embed(this.tgt_embedding, target);
    const call = { tgtIsCausal: true, memoryKeyPaddingMask, maps };
    return this.transformer.decoder.forward(x, memory, call);
  }

  /** @param first place of the first token */
  #embed(embedding: Embedding, ids: Tensor, first = 0): Tensor {
    return this.arena.scope(() => {
      const E = this.transformer.dModel;
      const L = ids.shape[1];
      const counted = Int32Array.from({ length: L }, (_, i) => first + i);
      const places = Tensor.from(this.arena, counted, [L], 'i32');
      const x = add(mul(embedding.forward(ids), Math.sqrt(E)), sinusoid(places, E));
      return this.dropout.forward(x);
    });
  }
}
