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

/** Indices fit below it, and the 31 bits of a number that is not negative above it, in the 53 of an integer. */
const INDEX = 2 ** 22;

/**
 * Indices of the positive values of at least `least` from the largest on; of equal ones the lower index first.  NaN is
 * left out.
 */
export function falling(values: Float32Array, least: number): Float64Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let n = 0;
  for (let i = 0; i < values.length; i++) if (values[i] >= least) n++;
  const keys = new Float64Array(n);
  // The bits of a larger number are a larger integer: what is to come first gets the lower key.
  for (let i = values.length - 1; n > 0; i--)
    if (values[i] >= least) keys[--n] = (0x7fffffff - bits[i]) * INDEX + i;
  return keys.sort().map((key) => key % INDEX);
}
