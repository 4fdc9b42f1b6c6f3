import { ArgumentError } from '../errors.js';
import { type ConvOptions, conv1d, conv2d, type PerDimension } from '../ops/conv.js';
import type { Generator } from '../tensor/generator.js';
import { expectCount } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { drawn, fans, uniform } from './init.js';
import { type Home, Module } from './module.js';
import { Parameter } from './parameter.js';

/** As in `torch.nn.Conv1d` and `Conv2d`. */
export interface ConvLayerOptions extends ConvOptions {
  /** default true */
  bias?: boolean;
  /** only zeros */
  paddingMode?: 'zeros';
  /** for initial weights; default the arena's */
  generator?: Generator;
}

abstract class Conv extends Module {
  weight: Parameter;
  bias: Parameter | null = null;
  protected readonly options: ConvOptions;

  protected constructor(
    home: Home,
    readonly inChannels: number,
    readonly outChannels: number,
    readonly kernelSize: readonly number[],
    { bias = true, paddingMode = 'zeros', generator, ...options }: ConvLayerOptions,
  ) {
    super(home);
    const { groups = 1 } = options;
    for (const [name, n] of Object.entries({ inChannels, outChannels, groups })) expectCount(n, name);
    if (inChannels % groups !== 0 || outChannels % groups !== 0)
      throw new ArgumentError(
        `groups must divide both channels, got ${inChannels}, ${outChannels}, ${groups}`,
      );
    if (paddingMode !== 'zeros')
      throw new ArgumentError(`paddingMode must be zeros, got ${JSON.stringify(paddingMode)}`);
    this.options = { ...options, groups };
    const shape = [outChannels, inChannels / groups, ...kernelSize];
    const bound = 1 / Math.sqrt(fans(shape)[0]);
    const numbers = generator ?? this.arena.generator;
    const fill = (w: Tensor, g: Generator) => uniform(w, { a: -bound, b: bound, generator: g });
    this.weight = new Parameter(this.arena, shape, drawn(fill, shape, numbers));
    if (bias) this.bias = new Parameter(this.arena, [outChannels], drawn(fill, [outChannels], numbers));
  }
}

/**
 * `torch.nn.Conv1d`: input (N, in, L) or (in, L) -> (N, out, L').
 * State: weight (out, in / groups, kernel), bias (out), both uniform in +-1 / sqrt(in / groups * kernel) at first.
 */
export class Conv1d extends Conv {
  /** @throws ArgumentError */
  constructor(
    home: Home,
    inChannels: number,
    outChannels: number,
    kernelSize: PerDimension,
    options: ConvLayerOptions = {},
  ) {
    super(home, inChannels, outChannels, spread(kernelSize, 1), options);
  }

  /** @throws ShapeError, DTypeError, ArgumentError */
  forward(input: Tensor): Tensor {
    return conv1d(input, this.weight.tensor, this.bias?.tensor, this.options);
  }
}

/**
 * `torch.nn.Conv2d`: input (N, in, H, W) or (in, H, W) -> (N, out, H', W').
 * State: weight (out, in / groups, ...kernel), bias (out), both uniform in +-1 / sqrt(in / groups * kernel) at first.
 */
export class Conv2d extends Conv {
  /** @throws ArgumentError */
  constructor(
    home: Home,
    inChannels: number,
    outChannels: number,
    kernelSize: PerDimension,
    options: ConvLayerOptions = {},
  ) {
    super(home, inChannels, outChannels, spread(kernelSize, 2), options);
  }

  /** @throws ShapeError, DTypeError, ArgumentError */
  forward(input: Tensor): Tensor {
    return conv2d(input, this.weight.tensor, this.bias?.tensor, this.options);
  }
}

function spread(kernelSize: PerDimension, dims: number): number[] {
  const sizes = typeof kernelSize === 'number' ? new Array<number>(dims).fill(kernelSize) : [...kernelSize];
  if (sizes.length !== dims || sizes.some((n) => !Number.isInteger(n) || n < 1))
    throw new ArgumentError(
      `kernelSize must be a positive integer, or ${dims} of them, got ${JSON.stringify(kernelSize)}`,
    );
  return sizes;
}
