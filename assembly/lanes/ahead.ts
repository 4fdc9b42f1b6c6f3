// Weights are read once, in order, and their pages are found by walks through tables that take longer than reading
// a good part of the page.  The processor starts such a walk when the page is first asked for, so ask early.

/** Bytes between what is read and what is asked for: enough to be in time, within what the processor remembers. */
const AHEAD: usize = 1 << 19;

/**
 * Reads a byte of every page of 4 KiB of the n bytes that lie AHEAD of p.  They may be anybody's: of a model's
 * weights they are the next ones.  Beyond the end of memory nothing is read.
 */
@inline
export function askFor(p: usize, n: usize): void {
  p += AHEAD;
  const end = p + n;
  if (end >> 16 >= <usize>memory.size()) return;
  // A load may trap, so that no compiler takes it away.
  for (; p < end; p += 4096) load<u8>(p);
}
