import { layerNorm } from '../ops/norm.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { ones, zeros } from './init.js';
import { type Home, Module } from './module.js';
import { Parameter } from './parameter.js';

/** As in `torch.nn.LayerNorm`. */
export interface LayerNormOptions {
  eps?: number;
  /** whether there is a weight, and with it a bias */
  elementwiseAffine?: boolean;
  bias?: boolean;
}

/**
 * `torch.nn.LayerNorm` (Ba et al. 2016): (x - mean) / sqrt(var + eps) * weight + bias over the last
 * dimensions, which have the sizes `normalizedShape`.  State: weight and bias of that shape, 1 and 0.
 */
export class LayerNorm extends Module {
  weight: Parameter | null = null;
  bias: Parameter | null = null;
  readonly normalizedShape: Shape;
  readonly eps: number;

  constructor(
    home: Home,
    normalizedShape: number | Shape,
    { eps = 1e-5, elementwiseAffine = true, bias = true }: LayerNormOptions = {},
  ) {
    super(home);
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    this.eps = eps;
    if (!elementwiseAffine) return;
    this.weight = new Parameter(this.arena, this.normalizedShape, ones);
    if (bias) this.bias = new Parameter(this.arena, this.normalizedShape, zeros);
  }

  /** (*, ...normalizedShape) -> the same shape */
  forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this.weight?.tensor, this.bias?.tensor, { eps: this.eps });
  }
}
