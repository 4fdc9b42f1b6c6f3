import { ArgumentError, ShapeError } from '../errors.js';
import { where } from '../ops/compare.js';
import { embedding } from '../ops/embedding.js';
import type { Generator } from '../tensor/generator.js';
import { show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { drawn, normal } from './init.js';
import { type Home, Module } from './module.js';
import { Parameter } from './parameter.js';

/** As in `torch.nn.Embedding`. */
export interface EmbeddingOptions {
  /** this row starts at zero and gets no gradient; counted from the end if negative */
  paddingIdx?: number | null;
  generator?: Generator;
}

/**
 * `torch.nn.Embedding`: ids (*) i32 -> (*, embeddingDim).
 * State: weight (numEmbeddings, embeddingDim), standard normal at the start.
 */
export class Embedding extends Module {
  weight: Parameter;
  readonly paddingIdx: number | null;

  /** @throws ArgumentError if paddingIdx is no row */
  constructor(
    home: Home,
    readonly numEmbeddings: number,
    readonly embeddingDim: number,
    { paddingIdx = null, generator }: EmbeddingOptions = {},
  ) {
    super(home);
    const row = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx;
    if (row !== null && !(Number.isInteger(row) && row >= 0 && row < numEmbeddings))
      throw new ArgumentError(`paddingIdx must be a row of ${numEmbeddings}, got ${paddingIdx}`);
    this.paddingIdx = row;
    const shape = [numEmbeddings, embeddingDim];
    const fill = (w: Tensor, g: Generator) => {
      normal(w, { generator: g });
      if (row !== null) w.data.fill(0, row * embeddingDim, (row + 1) * embeddingDim);
    };
    this.weight = new Parameter(this.arena, shape, drawn(fill, shape, generator ?? this.arena.generator));
  }

  /** A layer with the given rows (V, D), which it copies. `freeze` (default) keeps gradients away. */
  static fromPretrained(
    rows: Tensor,
    { freeze = true, paddingIdx = null }: { freeze?: boolean; paddingIdx?: number | null } = {},
  ): Embedding {
    if (rows.rank !== 2) throw new ShapeError(`rows must be (V, D), got ${show(rows.shape)}`);
    const layer = new Embedding(rows, rows.shape[0], rows.shape[1], { paddingIdx });
    layer.loadStateDict(new Map([['weight', rows]]));
    layer.weight.requiresGrad = !freeze;
    return layer;
  }

  /** @throws ArgumentError for ids out of range */
  forward(ids: Tensor): Tensor {
    const { weight, paddingIdx } = this;
    if (paddingIdx === null || !weight.requiresGrad || !this.arena.gradEnabled)
      return embedding(ids, weight.matrix);
    return this.arena.scope(() => {
      const y = embedding(ids, weight.tensor);
      const padding = Uint8Array.from(ids.toArray(), (id) => (id === paddingIdx ? 1 : 0));
      // The same values on both sides; gradients flow on one.
      return where(Tensor.from(this.arena, padding, [...ids.shape, 1], 'bool'), y.detach(), y);
    });
  }
}
