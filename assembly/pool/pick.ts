// Pooling that takes numbers as they are.  x: (B, S, D) f32, dense; mask: (B, S), see mask.ts; y: (B, D)
// f32, dense.  Range: sequences.  Exact; padding, wherever it is, changes no bit.
import { kept } from './mask';

/** What sentence-transformers gives padded tokens before it takes the maximum. */
const NOTHING: f32 = -1e9;

/** The largest number of each column over the tokens kept (NaN if there is one); -1e9 without a token. */
export function max_pool_f32(
  y: usize, x: usize, mask: usize, wide: i32, S: i32, D: i32, begin: i32, end: i32,
): void {
  for (let b = begin; b < end; b++) {
    const py = y + ((<usize>(b * D)) << 2);
    let any = false;
    for (let s = 0; s < S; s++) {
      if (!kept(mask, wide, b * S + s)) continue;
      const px = x + ((<usize>((b * S + s) * D)) << 2);
      if (any) raise(py, px, D);
      else memory.copy(py, px, (<usize>D) << 2);
      any = true;
    }
    if (!any) for (let d = 0; d < D; d++) store<f32>(py + ((<usize>d) << 2), NOTHING);
  }
}

/** y = max(y, x) */
function raise(y: usize, x: usize, D: i32): void {
  let d = 0;
  for (; d + 4 <= D; d += 4) {
    const o = (<usize>d) << 2;
    v128.store(y + o, f32x4.max(v128.load(y + o), v128.load(x + o)));
  }
  for (; d < D; d++) {
    const o = (<usize>d) << 2;
    store<f32>(y + o, max<f32>(load<f32>(y + o), load<f32>(x + o)));
  }
}

/** The place of the last (last = 1) or first token of each sequence, (B) i32; -1 without a token. */
export function token_place(y: usize, mask: usize, wide: i32, last: i32, S: i32, begin: i32, end: i32): void {
  for (let b = begin; b < end; b++) {
    let at = -1;
    for (let s = 0; s < S; s++) {
      if (!kept(mask, wide, b * S + s)) continue;
      at = s;
      if (!last) break;
    }
    store<i32>(y + ((<usize>b) << 2), at);
  }
}

/** The row of x at each sequence's place (B) i32; zeros where it is -1. */
export function token_pool_f32(y: usize, x: usize, place: usize, S: i32, D: i32, begin: i32, end: i32): void {
  const bytes = (<usize>D) << 2;
  for (let b = begin; b < end; b++) {
    const s = load<i32>(place + ((<usize>b) << 2));
    if (s < 0) memory.fill(y + <usize>b * bytes, 0, bytes);
    else memory.copy(y + <usize>b * bytes, x + <usize>(b * S + s) * bytes, bytes);
  }
}
