// What encoder and decoder layers have in common.
import { type Activation, activationKind } from '../ops/activation-kind.js';
import { add } from '../ops/binary.js';
import type { Generator } from '../tensor/generator.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Dropout } from './dropout.js';
import type { Linear } from './linear.js';
import type { Module } from './module.js';

/** What encoder and decoder layers have in common; names and defaults as in `torch.nn`. */
export interface TransformerLayerOptions {
  /** default 2048 */
  dimFeedforward?: number;
  /** in training, of weights, of activations and of what each sublayer adds; default 0.1 */
  dropout?: number;
  /** a name, or any elementwise function (F.mish, say); default 'relu' */
  activation?: Activation | ((x: Tensor) => Tensor);
  /** default 1e-5 */
  layerNormEps?: number;
  /** (B, L, E) in place of (L, B, E); default false */
  batchFirst?: boolean;
  /** normalise what goes into each sublayer, not what comes out of the sum; default false */
  normFirst?: boolean;
  /** biases of projections and norms; default true */
  bias?: boolean;
  /** of initial values and dropout; default the arena's */
  generator?: Generator;
}

export type TransformerLayerSettings = Required<Omit<TransformerLayerOptions, 'generator'>> & {
  generator?: Generator;
};

/** The options with PyTorch's defaults. @throws ArgumentError for an unknown activation */
export function settings({
  dimFeedforward = 2048,
  dropout = 0.1,
  activation = 'relu',
  layerNormEps = 1e-5,
  batchFirst = false,
  normFirst = false,
  bias = true,
  generator,
}: TransformerLayerOptions): TransformerLayerSettings {
  if (typeof activation === 'string') activationKind(activation);
  return { dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, bias, generator };
}

/** residual + dropout(sublayer), in one product where nothing is dropped. */
export function addTo(
  residual: Tensor,
  dropout: Dropout,
  sublayer: (residual: Tensor | null) => Tensor,
): Tensor {
  return dropout.active ? add(residual, dropout.forward(sublayer(null))) : sublayer(residual);
}

/** linear2(dropout(activation(linear1(x)))) + residual */
export function feedForward(
  layer: { linear1: Linear; dropout: Dropout; linear2: Linear },
  activation: Activation | ((x: Tensor) => Tensor),
  x: Tensor,
  residual: Tensor | null,
): Tensor {
  return x.arena.scope(() => {
    const named = typeof activation === 'string';
    const h = layer.linear1.forward(x, named ? { activation } : {});
    return layer.linear2.forward(layer.dropout.forward(named ? h : activation(h)), { residual });
  });
}

/** Gives `to` the values of `from`, a module of the same structure. */
export function copyState<M extends Module>(to: M, from: M): M {
  const values = new Map(from.namedParameters());
  for (const [key, parameter] of to.namedParameters()) parameter.startAs(values.get(key)!);
  return to;
}
