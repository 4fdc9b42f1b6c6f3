import type { Tensor } from '../tensor/tensor.js';
import { MultiheadAttention } from './attention.js';
import type { MultiheadAttentionCall } from './attention-options.js';
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

/** What the layers of a decoder attended to, layer by layer.  No scope owns the tensors: dispose of them. */
export interface DecoderMaps {
  /** (B, nhead, L, L) each: positions of the target */
  self: Tensor[];
  /** (B, nhead, L, S) each: positions of the memory */
  memory: Tensor[];
}

/** The arguments of one call of a decoder layer, beside target and memory. */
export interface DecoderLayerCall {
  /** (L, L) or (B * nhead, L, L).  bool or u8: true = ignore; f32: added to the scores */
  tgtMask?: Tensor | null;
  /** (L, S) or (B * nhead, L, S), likewise */
  memoryMask?: Tensor | null;
  /** (B, L), likewise */
  tgtKeyPaddingMask?: Tensor | null;
  /** (B, S), likewise */
  memoryKeyPaddingMask?: Tensor | null;
  /** position i of the target ignores positions j > i of the target */
  tgtIsCausal?: boolean;
  /** position i of the target ignores positions j > i of the memory */
  memoryIsCausal?: boolean;
  /** each layer appends its attention weights here; without it none are worked out */
  maps?: DecoderMaps;
}

/**
 * `torch.nn.TransformerDecoderLayer` (Vaswani et al. 2017): self-attention, attention to the memory, then two
 * linear maps, each added to its input and normalised: norm(x + f(x)), or x + f(norm(x)) with normFirst.
 * State: self_attn.*, multihead_attn.*, linear1.*, linear2.*, norm1.*, norm2.*, norm3.*
 */
export class TransformerDecoderLayer extends Module {
  self_attn: MultiheadAttention;
  multihead_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  norm1: LayerNorm;
  norm2: LayerNorm;
  norm3: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  dropout3: Dropout;
  /** the options, with PyTorch's defaults for what was left out */
  readonly settings: TransformerLayerSettings;

  constructor(
    home: Home,
    readonly dModel: number,
    readonly nhead: number,
    options: TransformerLayerOptions = {},
  ) {
    super(home);
    this.settings = settings(options);
    const { dimFeedforward, dropout, layerNormEps, batchFirst, bias, generator } = this.settings;
    const { arena } = this;
    const norm = () => new LayerNorm(arena, dModel, { eps: layerNormEps, bias });
    const drop = () => new Dropout(arena, dropout, { generator });
    const attention = () =>
      new MultiheadAttention(arena, dModel, nhead, { dropout, bias, batchFirst, generator });
    this.self_attn = attention();
    this.multihead_attn = attention();
    this.linear1 = new Linear(arena, dModel, dimFeedforward, { bias, generator });
    this.dropout = drop();
    this.linear2 = new Linear(arena, dimFeedforward, dModel, { bias, generator });
    this.norm1 = norm();
    this.norm2 = norm();
    this.norm3 = norm();
    this.dropout1 = drop();
    this.dropout2 = drop();
    this.dropout3 = drop();
  }

  /** tgt (L, B, E), or (B, L, E) with batchFirst, or (L, E); memory likewise with S for L -> shaped as tgt */
  forward(tgt: Tensor, memory: Tensor, call: DecoderLayerCall = {}): Tensor {
    const { activation, normFirst } = this.settings;
    const attend = (x: Tensor, to: Tensor): Tensor =>
      addTo(to, this.dropout1, (residual) => this.#attendSelf(x, residual, call));
    const recall = (x: Tensor, to: Tensor): Tensor =>
      addTo(to, this.dropout2, (residual) => this.#attendMemory(x, memory, residual, call));
    const think = (x: Tensor, to: Tensor): Tensor =>
      addTo(to, this.dropout3, (residual) => feedForward(this, activation, x, residual));
    return this.arena.scope(() => {
      if (normFirst) {
        const x = attend(this.norm1.forward(tgt), tgt);
        const y = recall(this.norm2.forward(x), x);
        return think(this.norm3.forward(y), y);
      }
      const x = this.norm1.forward(attend(tgt, tgt));
      const y = this.norm2.forward(recall(x, x));
      return this.norm3.forward(think(y, y));
    });
  }

  /** A layer of its own with the same settings and values. */
  clone(): TransformerDecoderLayer {
    return copyState(new TransformerDecoderLayer(this.arena, this.dModel, this.nhead, this.settings), this);
  }

  #attendSelf(x: Tensor, residual: Tensor | null, call: DecoderLayerCall): Tensor {
    const { tgtMask: attnMask, tgtKeyPaddingMask: keyPaddingMask, tgtIsCausal: isCausal } = call;
    return only(this.self_attn, [x, x], { attnMask, keyPaddingMask, isCausal, residual }, call.maps?.self);
  }

  #attendMemory(x: Tensor, memory: Tensor, residual: Tensor | null, call: DecoderLayerCall): Tensor {
    const { memoryMask: attnMask, memoryKeyPaddingMask: keyPaddingMask, memoryIsCausal: isCausal } = call;
    const options = { attnMask, keyPaddingMask, isCausal, residual };
    return only(this.multihead_attn, [x, memory], options, call.maps?.memory);
  }
}

function only(
  attention: MultiheadAttention,
  [x, y]: [Tensor, Tensor],
  call: MultiheadAttentionCall,
  maps?: Tensor[],
): Tensor {
  const options = { ...call, needWeights: maps !== undefined, averageAttnWeights: false };
  const { output, weights } = attention.forward(x, y, y, options);
  if (weights) maps?.push(weights.detach().keep());
  return output;
}
