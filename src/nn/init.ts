// torch.nn.init: initial values, written in place.  Random ones come from the arena's generator unless
// another is given, and are the same on every runtime.
import { ArgumentError, ShapeError } from '../errors.js';
import type { Generator } from '../tensor/generator.js';
import { numel, type Shape, show } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Initializer } from './parameter.js';

interface Drawn {
  /** default: the arena's */
  generator?: Generator;
}

/** All elements 0. */
export function zeros(w: Tensor): Tensor {
  return constant(w, 0);
}

/** All elements 1. */
export function ones(w: Tensor): Tensor {
  return constant(w, 1);
}

/** All elements `value`. */
export function constant(w: Tensor, value: number): Tensor {
  w.data.fill(value);
  return w;
}

/** Uniform in [a, b). */
export function uniform(
  w: Tensor,
  { a = 0, b = 1, generator }: Drawn & { a?: number; b?: number } = {},
): Tensor {
  draw(w, generator, (y, seed, position, n) =>
    w.arena.kernels.random_uniform_f32(y, seed, position, a, b, 0, n),
  );
  return w;
}

/** Normal with the given mean and standard deviation. */
export function normal(
  w: Tensor,
  { mean = 0, std = 1, generator }: Drawn & { mean?: number; std?: number } = {},
): Tensor {
  positive(std, 'std');
  draw(w, generator, (y, seed, position, n) =>
    w.arena.kernels.random_normal_f32(y, seed, position, mean, std, 0, n),
  );
  return w;
}

/** Normal, conditioned on [a, b], which are values, not multiples of std. */
export function truncNormal(
  w: Tensor,
  {
    mean = 0,
    std = 1,
    a = -2,
    b = 2,
    generator,
  }: Drawn & { mean?: number; std?: number; a?: number; b?: number } = {},
): Tensor {
  positive(std, 'std');
  if (!(a <= b)) throw new ArgumentError(`a must not exceed b, got a = ${a} and b = ${b}`);
  draw(w, generator, (y, seed, position, n) =>
    w.arena.kernels.random_trunc_normal_f32(y, seed, position, mean, std, a, b, 0, n),
  );
  return w;
}

/** Glorot & Bengio 2010: uniform in +-gain sqrt(6 / (fan in + fan out)). */
export function xavierUniform(w: Tensor, { gain = 1, generator }: Drawn & { gain?: number } = {}): Tensor {
  const [fanIn, fanOut] = fans(w.shape);
  const a = gain * Math.sqrt(6 / (fanIn + fanOut));
  return uniform(w, { a: -a, b: a, generator });
}

/** Glorot & Bengio 2010: normal with standard deviation gain sqrt(2 / (fan in + fan out)). */
export function xavierNormal(w: Tensor, { gain = 1, generator }: Drawn & { gain?: number } = {}): Tensor {
  const [fanIn, fanOut] = fans(w.shape);
  return normal(w, { std: gain * Math.sqrt(2 / (fanIn + fanOut)), generator });
}

/** As in `torch.nn.init.kaiming_uniform_`. */
export interface KaimingOptions extends Drawn {
  /** negative slope of the leaky ReLU that follows; default 0 */
  a?: number;
  /** keep the variance of the forward (`fanIn`, default) or of the backward pass */
  mode?: 'fanIn' | 'fanOut';
  nonlinearity?: Nonlinearity;
}

/** He et al. 2015: uniform in +-gain sqrt(3 / fan). */
export function kaimingUniform(w: Tensor, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd(w.shape, options);
  return uniform(w, { a: -bound, b: bound, generator: options.generator });
}

/** He et al. 2015: normal with standard deviation gain / sqrt(fan). */
export function kaimingNormal(w: Tensor, options: KaimingOptions = {}): Tensor {
  return normal(w, { std: kaimingStd(w.shape, options), generator: options.generator });
}

function kaimingStd(
  shape: Shape,
  { a = 0, mode = 'fanIn', nonlinearity = 'leaky_relu' }: KaimingOptions,
): number {
  const [fanIn, fanOut] = fans(shape);
  return calculateGain(nonlinearity, a) / Math.sqrt(mode === 'fanIn' ? fanIn : fanOut);
}

/** Functions that `torch.nn.init.calculate_gain` knows. */
export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leaky_relu' | 'selu';

/** The factor by which a nonlinearity shrinks a standard deviation, as PyTorch counts it. */
export function calculateGain(nonlinearity: Nonlinearity, negativeSlope = 0.01): number {
  switch (nonlinearity) {
    case 'linear':
    case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.SQRT2;
    case 'leaky_relu':
      return Math.sqrt(2 / (1 + negativeSlope * negativeSlope));
    case 'selu':
      return 3 / 4;
    default:
      throw new ArgumentError(`no gain is known for the nonlinearity ${JSON.stringify(nonlinearity)}`);
  }
}

/** Inputs and outputs of one element of a weight (out, in, ...kernel). @throws ShapeError below two dimensions */
export function fans(shape: Shape): [fanIn: number, fanOut: number] {
  if (shape.length < 2)
    throw new ShapeError(`fan in and fan out need at least two dimensions, got ${show(shape)}`);
  const field = numel(shape.slice(2));
  return [shape[1] * field, shape[0] * field];
}

/**
 * An initialiser with numbers of its own, set aside now.  So a parameter that is filled late, or not at
 * all because a checkpoint fills it, changes nothing for the others.
 */
export function drawn(
  fill: (w: Tensor, generator: Generator) => void,
  shape: Shape,
  generator: Generator,
): Initializer {
  const own = generator.reserve(numel(shape));
  return (w) => fill(w, own.clone());
}

function draw(
  w: Tensor,
  generator: Generator = w.arena.generator,
  kernel: (y: number, seed: number, position: number, n: number) => void,
): void {
  if (w.dtype !== 'f32' || !w.isContiguous)
    throw new ArgumentError(
      `initial values are written to dense f32 tensors, got ${w.dtype} ${show(w.shape)}`,
    );
  const { seed, position } = generator.reserve(w.numel);
  kernel(w.ptr, seed, position, w.numel);
}

function positive(x: number, what: string): void {
  if (!(x > 0)) throw new ArgumentError(`${what} must be positive, got ${x}`);
}
