// Where the matrices of layers that read the same input lie: one behind another, so that one product can read them all.
import type { MatrixDType } from '../ops/panel-matrix.js';
import { emptyMatrix, type WeightMatrix } from '../ops/weight.js';
import type { Arena } from '../tensor/arena.js';

/** Memory for matrices (N_i, K) of some parameters, each of which gets its part when its values come. */
export class WeightStack {
  #whole: WeightMatrix | null = null;
  /** who has got a part of the whole */
  readonly #given = new Set<number>();

  /** @param rows N_i of each */
  constructor(
    readonly arena: Arena,
    readonly rows: readonly number[],
    readonly K: number,
  ) {}

  /** An empty matrix for the values of parameter `index`; by itself where panels cannot be shared out. */
  part(index: number, dtype: MatrixDType): WeightMatrix {
    const { arena, rows, K } = this;
    const firsts = rows.map((_, i) => rows.slice(0, i).reduce((a, b) => a + b, 0));
    if (firsts.some((first) => first % arena.panelWidth !== 0))
      return emptyMatrix(arena, rows[index], K, dtype);
    if (this.#whole?.dtype !== dtype || this.#given.has(index)) {
      this.abandon();
      const last = rows.length - 1;
      this.#whole = emptyMatrix(arena, firsts[last] + rows[last], K, dtype);
    }
    const part = this.#whole.rows(firsts[index], firsts[index] + rows[index], { share: true });
    // What has a share keeps the memory alive: the whole is held only as long as parts are due.
    if (this.#given.add(index).size === rows.length) this.abandon();
    return part;
  }

  /** Keeps nothing for parts that have not been asked for. */
  abandon(): void {
    this.#whole?.dispose();
    this.#whole = null;
    this.#given.clear();
  }
}
