import type { Tensor } from '../tensor/tensor.js';
import { MultiheadAttention } from './attention.js';
import { Dropout } from './dropout.js';
import { LayerNorm } from './layernorm.js';
import { Linear } from './linear.js';
import { type Home, Module } from './module.js';
import {
  addTo,
  copyState,
  feedForward,
  settings,
  type TransformerLayerOptions,
  type TransformerLayerSettings,
} from './transformer-parts.js';

/** The arguments of one call of an encoder layer, beside its input. */
export interface EncoderLayerCall {
  /** (L, L) or (B * nhead, L, L).  bool or u8: true = ignore; f32: added to the scores */
  srcMask?: Tensor | null;
  /** (B, L).  bool or u8: true = ignore; f32: added to the scores */
  srcKeyPaddingMask?: Tensor | null;
  /** position i ignores positions j > i */
  isCausal?: boolean;
}

/**
 * `torch.nn.TransformerEncoderLayer` (Vaswani et al. 2017): self-attention, then two linear maps, each added to
 * its input and normalised: norm(x + f(x)), or x + f(norm(x)) with normFirst (Xiong et al. 2020).
 * State: self_attn.*, linear1.*, linear2.*, norm1.*, norm2.*
 */
export class TransformerEncoderLayer extends Module {
  self_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  norm1: LayerNorm;
  norm2: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  readonly #settings: TransformerLayerSettings;

  constructor(
    home: Home,
    readonly dModel: number,
    readonly nhead: number,
    options: TransformerLayerOptions = {},
  ) {
    super(home);
    this.#settings = settings(options);
    const { dimFeedforward, dropout, layerNormEps, batchFirst, bias, generator } = this.#settings;
    const { arena } = this;
    const norm = () => new LayerNorm(arena, dModel, { eps: layerNormEps, bias });
    const drop = () => new Dropout(arena, dropout, { generator });
    this.self_attn = new MultiheadAttention(arena, dModel, nhead, { dropout, bias, batchFirst, generator });
    this.linear1 = new Linear(arena, dModel, dimFeedforward, { bias, generator });
    this.dropout = drop();
    this.linear2 = new Linear(arena, dimFeedforward, dModel, { bias, generator });
    this.norm1 = norm();
    this.norm2 = norm();
    this.dropout1 = drop();
    this.dropout2 = drop();
  }

  /** src (L, B, E), or (B, L, E) with batchFirst, or (L, E) -> the same shape */
  forward(src: Tensor, call: EncoderLayerCall = {}): Tensor {
    const { activation, normFirst } = this.#settings;
    const attend = (x: Tensor, to: Tensor): Tensor =>
      addTo(to, this.dropout1, (residual) => this.#attend(x, residual, call));
    const think = (x: Tensor, to: Tensor): Tensor =>
      addTo(to, this.dropout2, (residual) => feedForward(this, activation, x, residual));
    return this.arena.scope(() => {
      if (normFirst) {
        const x = attend(this.norm1.forward(src), src);
        return think(this.norm2.forward(x), x);
      }
      const x = this.norm1.forward(attend(src, src));
      return this.norm2.forward(think(x, x));
    });
  }

  /** A layer of its own with the same settings and values. */
  clone(): TransformerEncoderLayer {
    return copyState(new TransformerEncoderLayer(this.arena, this.dModel, this.nhead, this.#settings), this);
  }

  #attend(x: Tensor, residual: Tensor | null, call: EncoderLayerCall): Tensor {
    const { srcMask: attnMask, srcKeyPaddingMask: keyPaddingMask, isCausal } = call;
    const options = { attnMask, keyPaddingMask, isCausal, residual, needWeights: false };
    return this.self_attn.forward(x, x, x, options).output;
  }
}
