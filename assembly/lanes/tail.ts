// Loads and stores of the last n = 1..3 floats of a row.  A tail goes through the same four-lane
// arithmetic as the body, so that a value never depends on where in a row it stands.

/** Lanes 0..n-1 from p, the others `rest`.  Reads exactly n floats. */
@inline
export function loadTail(p: usize, n: i32, rest: f32): v128 {
  let v = f32x4.splat(rest);
  v = v128.load_lane<f32>(p, v, 0);
  if (n > 1) v = v128.load_lane<f32>(p, v, 1, 4);
  if (n > 2) v = v128.load_lane<f32>(p, v, 2, 8);
  return v;
}

/** Stores lanes 0..n-1 to p.  Writes exactly n floats. */
@inline
export function storeTail(p: usize, v: v128, n: i32): void {
  v128.store_lane<f32>(p, v, 0);
  if (n > 1) v128.store_lane<f32>(p, v, 1, 4);
  if (n > 2) v128.store_lane<f32>(p, v, 2, 8);
}

/** The first n floats from p in a vector, any n: four or more give a whole one, none or fewer all `rest`. */
@inline
export function loadPart(p: usize, n: i32, rest: f32): v128 {
  if (n >= 4) return v128.load(p);
  if (n <= 0) return f32x4.splat(rest);
  return loadTail(p, n, rest);
}

/** Stores the first n lanes, any n. */
@inline
export function storePart(p: usize, v: v128, n: i32): void {
  if (n >= 4) v128.store(p, v);
  else if (n > 0) storeTail(p, v, n);
}
