// Which scores of a vocabulary are the largest: a row of them is a hundred thousand long, and there is one a token.

/** The k-th largest of the values, equal ones counted apart; the least if there are fewer.  NaN is left out. */
export function kthLargest(values: Float32Array, k: number): number {
  // The k largest so far, the least of them on top.
  const heap = new Float32Array(Math.min(k, values.length));
  let size = 0;
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (size < heap.length) {
      if (!Number.isNaN(v)) rise(heap, size++, v);
    } else if (v > heap[0]) sink(heap, v);
  }
  return size > 0 ? heap[0] : Number.NEGATIVE_INFINITY;
}

function rise(heap: Float32Array, from: number, v: number): void {
  let at = from;
  for (let up = (at - 1) >> 1; at > 0 && heap[up] > v; up = (at - 1) >> 1) {
    heap[at] = heap[up];
    at = up;
  }
  heap[at] = v;
}

/** Puts v in the place of the least. */
function sink(heap: Float32Array, v: number): void {
  const n = heap.length;
  let at = 0;
  for (let child = 1; child < n; child = 2 * at + 1) {
    if (child + 1 < n && heap[child + 1] < heap[child]) child++;
    if (heap[child] >= v) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = v;
}

const BITS = 11;
const DIGITS = 1 << BITS;

/** Sorts by the bits of the numbers, eleven at a time from the lowest, in memory that it keeps for the next row. */
export class FallingOrder {
  #keys = new Uint32Array(0);
  #moved = new Uint32Array(0);
  #ids = new Uint32Array(0);
  #order = new Uint32Array(0);
  readonly #starts = new Uint32Array(DIGITS);

  /**
   * Indices of the values of at least `least` from the largest value on; of equal ones the lower index first.  NaN is
   * left out.  Good until the next call.
   */
  of(values: Float32Array, least = Number.NEGATIVE_INFINITY): Uint32Array {
    if (this.#keys.length < values.length) {
      this.#keys = new Uint32Array(values.length);
      this.#moved = new Uint32Array(values.length);
      this.#ids = new Uint32Array(values.length);
      this.#order = new Uint32Array(values.length);
    }
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    const [keys, ids] = [this.#keys, this.#ids];
    let n = 0;
    for (let i = 0; i < values.length; i++) {
      const v = values[i];
      if (!(v >= least)) continue;
      // A larger number has a lower key, and both zeros have one.
      keys[n] = v < 0 ? bits[i] : (bits[i] & 0x7fffffff) ^ 0x7fffffff;
      ids[n++] = i;
    }
    for (let shift = 0; shift < 32; shift += BITS) this.#pass(n, shift);
    return this.#ids.subarray(0, n);
  }

  #pass(n: number, shift: number): void {
    const [keys, ids, starts] = [this.#keys, this.#ids, this.#starts];
    const [movedKeys, movedIds] = [this.#moved, this.#order];
    starts.fill(0);
    for (let i = 0; i < n; i++) starts[(keys[i] >>> shift) & (DIGITS - 1)]++;
    for (let digit = 0, start = 0; digit < DIGITS; digit++) {
      const count = starts[digit];
      starts[digit] = start;
      start += count;
    }
    for (let i = 0; i < n; i++) {
      const to = starts[(keys[i] >>> shift) & (DIGITS - 1)]++;
      movedKeys[to] = keys[i];
      movedIds[to] = ids[i];
    }
    [this.#keys, this.#moved] = [movedKeys, keys];
    [this.#ids, this.#order] = [movedIds, ids];
  }
}
