// The largest numbers of a long list in falling order, one at a time: a heap, because a sampler wants a few
// dozen out of a vocabulary of a hundred thousand.

/** Indices of `values` from the largest value on; of equal ones the lower index first. NaN is left out. */
export function* falling(values: ArrayLike<number>): Generator<number, void> {
  const heap: number[] = [];
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i])) heap.push(i);
  const before = (a: number, b: number): boolean =>
    values[a] > values[b] || (values[a] === values[b] && a < b);
  const sink = (at: number): void => {
    for (const item = heap[at]; ; ) {
      let child = 2 * at + 1;
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
      if (child >= heap.length || before(item, heap[child])) {
        heap[at] = item;
        return;
      }
      heap[at] = heap[child];
      at = child;
    }
  };
  for (let i = (heap.length >> 1) - 1; i >= 0; i--) sink(i);
  while (heap.length > 0) {
    yield heap[0];
    const last = heap.pop() as number;
    if (heap.length === 0) return;
    heap[0] = last;
    sink(0);
  }
}
