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
    const sum = (end: number): number => rows.slice(0, end).reduce((a, b) => a + b, 0);
    if (rows.some((_, i) => sum(i) % arena.panelWidth !== 0))
      return emptyMatrix(arena, rows[index], K, dtype);
    if (this.#whole?.dtype !== dtype || this.#given.has(index)) {
      this.abandon();
      this.#whole = emptyMatrix(arena, sum(rows.length), K, dtype);
    }
    const part = this.#whole.rows(sum(index), sum(index + 1), { share: true });
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
