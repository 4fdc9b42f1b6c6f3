// Stacks of layers: torch.nn.TransformerEncoder and TransformerDecoder.
import { ArgumentError } from '../errors.js';
import type { Tensor } from '../tensor/tensor.js';
import type { DecoderLayerCall } from './decoder-layer.js';
import type { EncoderLayerCall } from './encoder-layer.js';
import { Module } from './module.js';

/** What a TransformerEncoder stacks: TransformerEncoderLayer, or a layer of your own. */
export interface EncoderLayer extends Module {
  /** src -> the same shape */
  forward(src: Tensor, call?: EncoderLayerCall): Tensor;
  /** Another one like it, with values of its own. */
  clone(): EncoderLayer;
}

/** What a TransformerDecoder stacks: TransformerDecoderLayer, or a layer of your own. */
export interface DecoderLayer extends Module {
  /** tgt, memory -> shaped as tgt */
  forward(tgt: Tensor, memory: Tensor, call?: DecoderLayerCall): Tensor;
  /** Another one like it, with values of its own. */
  clone(): DecoderLayer;
}

/** A layer that follows the last one, as a LayerNorm does. */
export interface FinalNorm extends Module {
  /** x -> the same shape */
  forward(x: Tensor): Tensor;
}

/** The arguments of one call of the whole encoder, beside its input. */
export interface EncoderCall {
  /** the srcMask of every layer */
  mask?: Tensor | null;
  srcKeyPaddingMask?: Tensor | null;
  isCausal?: boolean;
}

/**
 * `torch.nn.TransformerEncoder`: `numLayers` clones of a layer, one after the other, then `norm`.
 * The layer given is a pattern only: it is not part of the stack, and stays the caller's to dispose of.
 * State: layers.0.*, layers.1.*, ..., norm.*
 */
export class TransformerEncoder extends Module {
  layers: EncoderLayer[];
  norm: FinalNorm | null;

  constructor(
    encoderLayer: EncoderLayer,
    numLayers: number,
    { norm = null }: { norm?: FinalNorm | null } = {},
  ) {
    super(encoderLayer);
    this.layers = Array.from({ length: counted(numLayers) }, () => encoderLayer.clone());
    this.norm = norm;
  }

  /** src as a layer takes it -> the same shape */
  forward(src: Tensor, { mask, srcKeyPaddingMask, isCausal }: EncoderCall = {}): Tensor {
    const call = { srcMask: mask, srcKeyPaddingMask, isCausal };
    return through(this, src, (layer, x) => layer.forward(x, call));
  }
}

/**
 * `torch.nn.TransformerDecoder`: `numLayers` clones of a layer, one after the other, then `norm`.
 * The layer given is a pattern only: it is not part of the stack, and stays the caller's to dispose of.
 * State: layers.0.*, layers.1.*, ..., norm.*
 */
export class TransformerDecoder extends Module {
  layers: DecoderLayer[];
  norm: FinalNorm | null;

  constructor(
    decoderLayer: DecoderLayer,
    numLayers: number,
    { norm = null }: { norm?: FinalNorm | null } = {},
  ) {
    super(decoderLayer);
    this.layers = Array.from({ length: counted(numLayers) }, () => decoderLayer.clone());
    this.norm = norm;
  }

  /** tgt and memory as a layer takes them -> shaped as tgt */
  forward(tgt: Tensor, memory: Tensor, call: DecoderLayerCall = {}): Tensor {
    return through(this, tgt, (layer, x) => layer.forward(x, memory, call));
  }
}

/** Each layer's output lives until the next one has used it. */
function through<L>(
  { arena, layers, norm }: { arena: Module['arena']; layers: readonly L[]; norm: FinalNorm | null },
  input: Tensor,
  step: (layer: L, x: Tensor) => Tensor,
): Tensor {
  return arena.scope(() => {
    let x = input;
    const advance = (next: Tensor): void => {
      if (x !== input && x !== next) x.dispose();
      x = next;
    };
    for (const layer of layers) advance(step(layer, x));
    if (norm) advance(norm.forward(x));
    return x;
  });
}

function counted(n: number): number {
  if (!Number.isInteger(n) || n < 0)
    throw new ArgumentError(`numLayers must be a whole number of layers, got ${n}`);
  return n;
}
