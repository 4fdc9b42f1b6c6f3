import { ShapeError } from '../errors.js';
import { show } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { causalMask } from './attention-mask.js';
import { type DecoderLayerCall, TransformerDecoderLayer } from './decoder-layer.js';
import { TransformerEncoderLayer } from './encoder-layer.js';
import { drawn, xavierUniform } from './init.js';
import { LayerNorm } from './layernorm.js';
import { type Home, Module } from './module.js';
import { settings, type TransformerLayerOptions } from './transformer-parts.js';
import { type EncoderCall, TransformerDecoder, TransformerEncoder } from './transformer-stack.js';

/** What stands in for the encoder. */
export interface Encoder extends Module {
  /** src -> the same shape */
  forward(src: Tensor, call?: EncoderCall): Tensor;
}

/** What stands in for the decoder. */
export interface Decoder extends Module {
  /** tgt, memory -> shaped as tgt */
  forward(tgt: Tensor, memory: Tensor, call?: DecoderLayerCall): Tensor;
}

/** As in `torch.nn.Transformer`. */
export interface TransformerOptions extends TransformerLayerOptions {
  /** default 512 */
  dModel?: number;
  /** default 8 */
  nhead?: number;
  /** default 6 */
  numEncoderLayers?: number;
  /** default 6 */
  numDecoderLayers?: number;
  /** in place of the encoder that the other options describe */
  customEncoder?: Encoder | null;
  /** in place of the decoder that the other options describe */
  customDecoder?: Decoder | null;
}

/** The arguments of one call beside source and target. */
export interface TransformerCall extends DecoderLayerCall {
  /** (S, S) or (B * nhead, S, S).  bool or u8: true = ignore; f32: added to the scores */
  srcMask?: Tensor | null;
  /** (B, S), likewise */
  srcKeyPaddingMask?: Tensor | null;
  srcIsCausal?: boolean;
}

/**
 * `torch.nn.Transformer` (Vaswani et al. 2017): an encoder and a decoder, each ending in a LayerNorm.
 * Every matrix starts Glorot-uniform; weights that a custom encoder or decoder holds already are kept.
 * State: encoder.layers.*, encoder.norm.*, decoder.layers.*, decoder.norm.*
 */
export class Transformer extends Module {
  encoder: Encoder;
  decoder: Decoder;
  readonly dModel: number;
  readonly nhead: number;
  readonly batchFirst: boolean;

  constructor(home: Home, options: TransformerOptions = {}) {
    super(home);
    const { arena } = this;
    const { dModel = 512, nhead = 8, numEncoderLayers = 6, numDecoderLayers = 6 } = options;
    const { layerNormEps: eps, bias, batchFirst } = settings(options);
    this.dModel = dModel;
    this.nhead = nhead;
    this.batchFirst = batchFirst;
    const norm = () => new LayerNorm(arena, dModel, { eps, bias });
    this.encoder =
      options.customEncoder ??
      new TransformerEncoder(new TransformerEncoderLayer(arena, dModel, nhead, options), numEncoderLayers, {
        norm: norm(),
      });
    this.decoder =
      options.customDecoder ??
      new TransformerDecoder(new TransformerDecoderLayer(arena, dModel, nhead, options), numDecoderLayers, {
        norm: norm(),
      });
    const generator = options.generator ?? arena.generator;
    for (const p of this.parameters())
      if (p.shape.length > 1 && !p.materialized)
        p.reset(drawn((w, g) => xavierUniform(w, { generator: g }), p.shape, generator));
  }

  /**
   * src (S, B, E), or (B, S, E) with batchFirst, or (S, E); tgt likewise with L for S -> shaped as tgt
   * @throws ShapeError
   */
  forward(src: Tensor, tgt: Tensor, call: TransformerCall = {}): Tensor {
    this.#check(src, tgt);
    return this.arena.scope(() => {
      const { srcMask: mask, srcKeyPaddingMask, srcIsCausal: isCausal } = call;
      const memory = this.encoder.forward(src, { mask, srcKeyPaddingMask, isCausal });
      return this.decoder.forward(tgt, memory, call);
    });
  }

  /** (sz, sz) f32: 0 where position i may see position j <= i, -inf above. */
  static generateSquareSubsequentMask(home: Home, sz: number): Tensor {
    return causalMask('arena' in home ? home.arena : home, sz);
  }

  #check(src: Tensor, tgt: Tensor): void {
    const batch = this.batchFirst ? 0 : 1;
    const shapes = `src ${show(src.shape)} and tgt ${show(tgt.shape)}`;
    if (src.rank !== tgt.rank || (src.rank !== 2 && src.rank !== 3))
      throw new ShapeError(`${shapes} must both have three dimensions, or two without a batch`);
    if (src.rank === 3 && src.shape[batch] !== tgt.shape[batch])
      throw new ShapeError(`${shapes} differ in their batch size, dimension ${batch}`);
    if (src.shape[src.rank - 1] !== this.dModel || tgt.shape[tgt.rank - 1] !== this.dModel)
      throw new ShapeError(`${shapes} must end in dModel = ${this.dModel}`);
  }
}
