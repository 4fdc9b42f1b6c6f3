// Scoring functions as layers: s(x_n, q) with learned parameters.  The functions are in ops/score.ts.
import { additiveScore, bilinearScore, dotScore, scaledDotScore } from '../ops/score.js';
import type { Generator } from '../tensor/generator.js';
import type { Tensor } from '../tensor/tensor.js';
import { drawn, uniform, xavierUniform } from './init.js';
import { type Home, Module } from './module.js';
import { Parameter } from './parameter.js';

/** Where initial weights come from. */
export interface ScoreOptions {
  /** for initial weights; default the arena's */
  generator?: Generator;
}

/** How well a query fits each of N inputs. */
export abstract class Score extends Module {
  /** X (..., N, D), q (Dq) -> s (..., N); or several queries Q (..., M, Dq), with X's leading sizes -> (..., M, N). */
  abstract forward(X: Tensor, q: Tensor): Tensor;
}

/** s_n = x_nᵀ q.  No parameters; D = Dq. */
export class DotScore extends Score {
  override forward(X: Tensor, q: Tensor): Tensor {
    return dotScore(X, q);
  }
}

/** s_n = x_nᵀ q / √D (Vaswani et al. 2017).  No parameters; D = Dq. */
export class ScaledDotScore extends Score {
  override forward(X: Tensor, q: Tensor): Tensor {
    return scaledDotScore(X, q);
  }
}

/** s_n = x_nᵀ W q (Luong et al. 2015).  State: W (D, Dq), Glorot-uniform at first. */
export class BilinearScore extends Score {
  W: Parameter;

  constructor(home: Home, D: number, Dq = D, { generator }: ScoreOptions = {}) {
    super(home);
    this.W = matrix(this, [D, Dq], generator);
  }

  override forward(X: Tensor, q: Tensor): Tensor {
    return bilinearScore(X, q, this.W.matrix);
  }

  protected override packOwn(): void {
    this.W.pack();
  }
}

/**
 * s_n = vᵀ tanh(W x_n + U q) (Bahdanau et al. 2014).
 * State: W (A, D), U (A, Dq), Glorot-uniform at first, v (A), uniform in +-1 / √A.
 */
export class AdditiveScore extends Score {
  W: Parameter;
  U: Parameter;
  v: Parameter;

  /** @param A size of the space in which input and query are compared; default D */
  constructor(home: Home, D: number, Dq = D, A = D, { generator }: ScoreOptions = {}) {
    super(home);
    this.W = matrix(this, [A, D], generator);
    this.U = matrix(this, [A, Dq], generator);
    const a = 1 / Math.sqrt(A);
    const fill = (w: Tensor, g: Generator) => uniform(w, { a: -a, b: a, generator: g });
    this.v = new Parameter(this.arena, [A], drawn(fill, [A], generator ?? this.arena.generator));
  }

  override forward(X: Tensor, q: Tensor): Tensor {
    return additiveScore(X, q, { W: this.W.matrix, U: this.U.matrix, v: this.v.tensor });
  }

  protected override packOwn(): void {
    this.W.pack();
    this.U.pack();
  }
}

/** A matrix that starts Glorot-uniform. */
export function matrix({ arena }: Module, shape: [number, number], generator?: Generator): Parameter {
  const fill = (w: Tensor, g: Generator) => xavierUniform(w, { generator: g });
  return new Parameter(arena, shape, drawn(fill, shape, generator ?? arena.generator));
}
