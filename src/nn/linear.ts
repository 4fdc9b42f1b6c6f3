import { type LinearOptions, linear } from '../ops/linear.js';
import type { MatrixDType } from '../ops/panel-matrix.js';
import type { Generator } from '../tensor/generator.js';
import type { Tensor } from '../tensor/tensor.js';
import { drawn, kaimingUniform, uniform } from './init.js';
import { type Home, Module } from './module.js';
import { Parameter } from './parameter.js';

/**
 * `torch.nn.Linear`: y = x Wᵀ + b.  x (*, in) -> (*, out).
 * State: weight (out, in), bias (out).  Both start uniform in +-1 / sqrt(in).
 */
export class Linear extends Module {
  weight: Parameter;
  bias: Parameter | null = null;

  constructor(
    home: Home,
    readonly inFeatures: number,
    readonly outFeatures: number,
    { bias = true, generator }: { bias?: boolean; generator?: Generator } = {},
  ) {
    super(home);
    const { arena } = this;
    const numbers = generator ?? arena.generator;
    const shape = [outFeatures, inFeatures];
    const fill = (w: Tensor, g: Generator) => kaimingUniform(w, { a: Math.sqrt(5), generator: g });
    this.weight = new Parameter(arena, shape, drawn(fill, shape, numbers));
    if (!bias) return;
    const bound = inFeatures > 0 ? 1 / Math.sqrt(inFeatures) : 0;
    const fillBias = (b: Tensor, g: Generator) => uniform(b, { a: -bound, b: bound, generator: g });
    this.bias = new Parameter(arena, [outFeatures], drawn(fillBias, [outFeatures], numbers));
  }

  /**
   * x (..., inFeatures) -> (..., outFeatures)
   * @param options activation and residual, applied on the way out
   */
  forward(x: Tensor, options?: LinearOptions): Tensor {
    return linear(x, this.weight.matrix, this.bias?.tensor, options);
  }

  protected override packOwn(dtype: MatrixDType): void {
    this.weight.pack(dtype);
  }
}
