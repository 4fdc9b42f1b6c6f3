// y = x reduced over its middle dimension.  x: (outer, n, inner) f32, (n, inner) dense, outer slices
// `stride` elements apart; y: (outer, inner), dense.  Over the last dimension: inner = 1.
// Range: elements of y.  y does not overlap x.
//
// sum mean prod sum_squares l1 l2: in doubles, rounded once (within 0.51 ulp unless terms cancel to
// below 2^-29 of their size).  max min: exact, NaN if there is one.  logsumexp: 1 ulp or 2^-23.
// Zeros (ones for prod, -inf for max and logsumexp) appended to the n terms do not change a bit.
// Of n = 0: 0, NaN, 1, 0, 0, 0, -inf, inf, -inf.
import { extremeOfColumns, extremeOfRow } from './extremes';
import { Reduce } from './kinds';
import { logsumexpOfColumn, logsumexpOfRow } from './logsumexp';
import { Fold, foldRow, foldSide, put1, squaresRow, sumRow, sumSide } from './sums';

export function reduce_f32(
  y: usize, x: usize, kind: i32,
  n: i32, inner: i32, stride: i32,
  begin: i32, end: i32,
): void {
  for (let e = begin; e < end; ) {
    const py = y + ((<usize>e) << 2);
    if (inner == 1) {
      row(kind, py, x + ((<usize>(e * stride)) << 2), n);
      e++;
    } else {
      const i = e % inner;
      const side = min(inner - i, end - e); // so many columns lie side by side
      e += columns(kind, py, x + ((<usize>(e / inner * stride + i)) << 2), n, (<usize>inner) << 2, side);
    }
  }
}

function row(kind: i32, y: usize, x: usize, n: i32): void {
  switch (kind) {
    case Reduce.sum: { put1(y, sumRow(x, n), 1, false, false); break; }
    case Reduce.mean: { put1(y, sumRow(x, n), n, false, false); break; }
    case Reduce.prod: { put1(y, foldRow(Fold.product, x, n), 1, false, false); break; }
    case Reduce.l1: { put1(y, foldRow(Fold.sizes, x, n), 1, false, false); break; }
    case Reduce.sum_squares: { put1(y, squaresRow(x, n), 1, false, false); break; }
    case Reduce.l2: { put1(y, squaresRow(x, n), 1, true, false); break; }
    case Reduce.logsumexp: { store<f32>(y, logsumexpOfRow(x, n)); break; }
    default: store<f32>(y, extremeOfRow(x, n, kind == Reduce.min));
  }
}

/** Reduces some of the `side` columns from here on; returns how many. */
function columns(kind: i32, y: usize, x: usize, n: i32, step: usize, side: i32): i32 {
  if (kind == Reduce.max || kind == Reduce.min) {
    extremeOfColumns(y, x, n, step, side, kind == Reduce.min);
    return min(side, 4);
  }
  if (kind == Reduce.logsumexp) {
    store<f32>(y, logsumexpOfColumn(x, n, step));
    return 1;
  }
  const divisor: f64 = kind == Reduce.mean ? <f64>n : 1;
  const root = kind == Reduce.l2;
  if (kind == Reduce.prod) return fold(Fold.product, y, x, n, step, side, divisor, root);
  if (kind == Reduce.l1) return fold(Fold.sizes, y, x, n, step, side, divisor, root);
  if (kind == Reduce.l2 || kind == Reduce.sum_squares)
    return fold(Fold.squares, y, x, n, step, side, divisor, root);
  return sumSide(side, y, x, 1, 1, n, 0, 0, step, divisor, false);
}

@inline
function fold(kind: i32, y: usize, x: usize, n: i32, step: usize, side: i32, divisor: f64, root: bool): i32 {
  return foldSide(kind, side, y, x, 1, 1, n, 0, 0, step, divisor, root, false);
}
