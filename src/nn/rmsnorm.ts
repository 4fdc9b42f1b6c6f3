import { rmsNorm } from '../ops/norm.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { ones } from './init.js';
import { type Home, Module } from './module.js';
import { Parameter } from './parameter.js';

/**
 * `torch.nn.RMSNorm` (Zhang & Sennrich 2019): x / sqrt(mean(x^2) + eps) * weight over the last dimensions,
 * which have the sizes `normalizedShape`.  State: weight of that shape, 1.
 * eps defaults to 2^-23, the machine epsilon of f32, as in PyTorch.
 */
export class RMSNorm extends Module {
  weight: Parameter | null = null;
  readonly normalizedShape: Shape;
  readonly eps: number;

  constructor(
    home: Home,
    normalizedShape: number | Shape,
    { eps = 2 ** -23, elementwiseAffine = true }: { eps?: number; elementwiseAffine?: boolean } = {},
  ) {
    super(home);
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    this.eps = eps;
    if (elementwiseAffine) this.weight = new Parameter(this.arena, this.normalizedShape, ones);
  }

  /** (*, ...normalizedShape) -> the same shape */
  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.normalizedShape, this.weight?.tensor, { eps: this.eps });
  }
}
