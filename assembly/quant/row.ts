// One row of activations against a whole panel: the sums go to t.  The panel is read in one sequential run, at
// the speed of memory; reading the next panel beside it would halve that.  The fewer instructions stand between two
// reads, the more of them are under way at once.  Addresses in bytes, S >= 0 quads.
import { askFor } from '../lanes/ahead';
import { dotQuads, lowBytes, MOST_QUADS, quadsStart, quadsSum, secondActivations } from '../lanes/quads';
import { keep, keptEnd } from './keep';
import { QUAD_BYTES, ROW, SCALES, SUMS } from './layout';

// Pages are asked for where a span of this many bytes begins in what is read next, which is a run of quads, and then for
// that many bytes: wherever panels begin, each load asks at equal distances, as it is those that the processor sees
// coming.  Asked for from the start of every panel, a kilobyte could take twice as long.
const RUN: i32 = MOST_QUADS > 256 ? 256 : MOST_QUADS;
const SPAN: usize = <usize>RUN * ROW;

export function row(t: usize, a: usize, b: usize, S: i32): void {
  const low = lowBytes();
  const zero = i32x4.splat(0);
  v128.store(t, zero), v128.store(t, zero, 16), v128.store(t, zero, 32), v128.store(t, zero, 48);
  const kept = a, keptTo = keptEnd(a, <usize>S * QUAD_BYTES, <usize>S * ROW);
  while (S > 0) {
    const end = b + <usize>min(S, RUN) * ROW;
    const ask = (b + SPAN - 1) & -SPAN;
    if (ask < (S > RUN ? end : end + SCALES + SUMS)) askFor(ask, SPAN);
    keep(kept, keptTo);
    let c0 = quadsStart(), c1 = c0, c2 = c0, c3 = c0;
    S -= RUN;
    do {
      const x0 = v128.load_splat<i32>(a), x1 = secondActivations(a);
      c0 = dotQuads(v128.load(b), x0, x1, low, c0), c1 = dotQuads(v128.load(b, 16), x0, x1, low, c1);
      c2 = dotQuads(v128.load(b, 32), x0, x1, low, c2), c3 = dotQuads(v128.load(b, 48), x0, x1, low, c3);
      a += QUAD_BYTES;
      b += ROW;
    } while (b < end);
    grow(t, c0, c1, c2, c3);
  }
}

/** t += the sums, 16 i32. */
@inline
export function grow(t: usize, c0: v128, c1: v128, c2: v128, c3: v128): void {
  v128.store(t, i32x4.add(v128.load(t), quadsSum(c0))), v128.store(t, i32x4.add(v128.load(t, 16), quadsSum(c1)), 16);
  v128.store(t, i32x4.add(v128.load(t, 32), quadsSum(c2)), 32), v128.store(t, i32x4.add(v128.load(t, 48), quadsSum(c3)), 48);
}
