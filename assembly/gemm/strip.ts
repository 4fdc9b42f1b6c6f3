// Whole panels of B against a block of rows of A that is contiguous along k; K >= 1.  The sums go to C
// first and are finished there, so the residual must not be C.  Strides and addresses in bytes.
import { NONE } from '../activation/kind';
import { askAhead, FEW } from '../lanes/ahead';
import { madd } from '../lanes/madd';
import { finishStrip } from './finish';
import { ROW, ZERO } from './layout';
import { tiles } from './tile';

/** Rows that draw a panel from memory, and the steps of k they take together: half a page of the panel. */
const HEAD: i32 = 4;
const CHUNK: i32 = 32;

/**
 * One panel.  The first few rows go through it chunk by chunk: while the others are at work on a chunk, the
 * processor has the next one brought from memory.  What is left finds the panel in the cache and goes through
 * it at once.
 */
export function onePanel(
  c: usize, c1: usize, a: usize, a1: usize, b: usize, rows: i32, K: i32,
  bias: usize, residual: usize, r1: usize, act: i32,
): void {
  const last = <usize>(rows - 1);
  const few = rows <= HEAD + 1;
  const head = few ? rows & -2 : HEAD;
  let s: usize = ZERO;
  let s1: usize = 0;
  const chunk = rows > 1 ? CHUNK : K;
  for (let k = 0; k < K; k += chunk) {
    const n = min(K - k, chunk);
    const ak = a + (<usize>k << 2);
    const bk = b + <usize>k * ROW;
    if (rows > 1) {
      askAhead(bk, <usize>CHUNK * ROW, FEW);
      tiles(c, c1, s, s1, ak, a1, bk, n, head);
    }
    if (few && rows & 1) tile1(c + last * c1, s + last * s1, ak + last * a1, bk, n);
    s = c;
    s1 = c1;
  }
  if (!few) {
    tiles(c + <usize>HEAD * c1, c1, ZERO, 0, a + <usize>HEAD * a1, a1, b, K, (rows - HEAD) & -2);
    // an odd last row goes with its predecessor, which comes out as before
    if (rows & 1) tiles(c + (last - 1) * c1, c1, ZERO, 0, a + (last - 1) * a1, a1, b, K, 2);
  }
  if (bias || residual || act != NONE) finishStrip(c, c1, rows, bias, residual, r1, act);
}

/** One row.  It reads weights as fast as memory gives them; a second panel beside would slow it down. */
function tile1(c: usize, s: usize, a: usize, b: usize, K: i32): void {
  let c0 = v128.load(s), c1 = v128.load(s, 16), c2 = v128.load(s, 32), c3 = v128.load(s, 48);
  for (const end = b + <usize>K * ROW; b < end; b += ROW) {
    askAhead(b, ROW, FEW);
    const x = v128.load_splat<f32>(a);
    c0 = madd(x, v128.load(b), c0), c1 = madd(x, v128.load(b, 16), c1);
    c2 = madd(x, v128.load(b, 32), c2), c3 = madd(x, v128.load(b, 48), c3);
    a += 4;
  }
  v128.store(c, c0), v128.store(c, c1, 16), v128.store(c, c2, 32), v128.store(c, c3, 48);
}
