import { ArgumentError } from '../errors.js';
import { dropout } from '../ops/dropout.js';
import type { Generator } from '../tensor/generator.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Home, Module } from './module.js';

/**
 * `torch.nn.Dropout` (Srivastava et al. 2014): in training each element is 0 with probability p, else
 * x / (1 - p); otherwise the tensor itself.
 */
export class Dropout extends Module {
  readonly #generator: Generator;

  /** @throws ArgumentError unless 0 <= p <= 1 */
  constructor(
    home: Home,
    readonly p = 0.5,
    { generator }: { generator?: Generator } = {},
  ) {
    super(home);
    if (!(p >= 0 && p <= 1)) throw new ArgumentError(`p must be in [0, 1], got ${p}`);
    this.#generator = generator ?? this.arena.generator;
  }

  /** Whether forward() changes anything. */
  get active(): boolean {
    return this.training && this.p > 0;
  }

  /** x of any shape -> the same shape; in evaluation x itself. */
  forward(x: Tensor): Tensor {
    return this.active ? dropout(x, this.p, this.#generator) : x;
  }
}
