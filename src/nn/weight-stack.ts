// Where the matrices of layers that read the same input lie: one behind another, so that one product can read them all.
import type { MatrixDType } from '../ops/panel-matrix.js';
import { emptyMatrix, type WeightMatrix } from '../ops/weight.js';
import type { Parameter } from './parameter.js';

/** Memory for the matrices (N_i, K) of some parameters, each of which gets its part when its values come. */
export class WeightStack {
  #whole: WeightMatrix | null = null;
  /** who has got a part of the whole */
  readonly #given = new Set<Parameter>();

  constructor(readonly parameters: readonly Parameter[]) {
    for (const parameter of parameters) parameter.stack = this;
  }

  /** An empty matrix for the values of one of them; by itself where panels cannot be shared out. */
  part(parameter: Parameter, dtype: MatrixDType): WeightMatrix {
    const { arena, shape } = parameter;
    let rows = 0;
    let first = 0;
    let apart = false;
    for (const each of this.parameters) {
      if (each === parameter) first = rows;
      apart ||= rows % arena.panelWidth !== 0;
      rows += each.shape[0];
    }
    if (apart) return emptyMatrix(arena, shape[0], shape[1], dtype);
    if (this.#whole?.dtype !== dtype || this.#given.has(parameter)) {
      this.abandon();
      this.#whole = emptyMatrix(arena, rows, shape[1], dtype);
    }
    const part = this.#whole.rows(first, first + shape[0], { share: true });
    // What has a share keeps the memory alive: the whole is held only as long as parts are due.
    if (this.#given.add(parameter).size === this.parameters.length) this.abandon();
    return part;
  }

  /** Keeps nothing for parts that have not been asked for. */
  abandon(): void {
    this.#whole?.dispose();
    this.#whole = null;
    this.#given.clear();
  }
}
