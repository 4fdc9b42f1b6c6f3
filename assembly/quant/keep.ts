// Activations of one row, touched again every eight kilobytes or so of a panel that would push them out of the
// first-level cache before the next one needs them.  Of long rows only a part is touched, and the weights come as fast
// all the same; touching each line at its time, or all of them, is slower.

const KEPT: usize = 4096;

/** Bytes of a panel that push nothing out. */
const SMALL: usize = 25600;

/** Where what is touched ends, of `bytes` of activations from a on that go with `panel` bytes of weights. */
@inline
export function keptEnd(a: usize, bytes: usize, panel: usize): usize {
  return panel <= SMALL ? a : a + min(bytes & -256, KEPT);
}

@inline
export function keep(a: usize, end: usize): void {
  for (; a < end; a += 256) load<u8>(a), load<u8>(a, 64), load<u8>(a, 128), load<u8>(a, 192);
}
