// Weights are read once, in order, and their pages are found by walks through tables that take longer than reading
// a good part of the page.  The processor starts such a walk when the page is first asked for, so ask early.
//
// The asking loads miss too, and whoever waits for one has gained nothing.  They cost little where the processor foresees
// them: it learns, load by load, by how much an address grows from one time to the next.  So every page is asked for
// once, a few in a row, from addresses that depend on where the stream is and not on where a panel begins.

/** Bytes between what is read and what is asked for: enough to be in time, within what the processor remembers. */
const AHEAD: usize = 1 << 19;

const PAGE: usize = 4096;

/** Bytes that are asked for together. */
// @ts-ignore: decorator
@inline
export const FEW: usize = 4 * PAGE;

/**
 * Reads a byte of every page of the n bytes that lie AHEAD of p.  They may be anybody's: of a model's weights they are
 * the next ones.  Beyond the end of memory nothing is read.
 */
@inline
export function askFor(p: usize, n: usize): void {
  p += AHEAD;
  const end = p + n;
  if (end >> 16 >= <usize>memory.size()) return;
  // A load may trap, so that no compiler takes it away.
  for (; p < end; p += PAGE) load<u8>(p);
}

/**
 * For a stream that is at p and goes on by `step` bytes from call to call: asks for `span` bytes, a power of two, where
 * it has come to a multiple of that.
 */
@inline
export function askAhead(p: usize, step: usize, span: usize): void {
  if ((p & (span - 1)) < step) askFor(p & ~(span - 1), span);
}
