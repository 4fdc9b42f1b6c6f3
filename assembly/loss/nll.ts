// Negative log-likelihood of log-probabilities (torch.nn.functional.nll_loss), not yet reduced.
// x, dx: (M, V) f32, dense; target: (M) i32, in 0..V-1 or equal to `ignore` (see targets_in_range);
// weight: (V) f32, or address 0 for ones; loss, norm: (M) f32.  Range: rows.  One rounding.
//   loss = -w_t x_t and norm = w_t, both 0 for an ignored row: the mean loss is sum(loss) / sum(norm).

@inline
function weightOf(weight: usize, j: i32): f32 {
  return weight ? load<f32>(weight + ((<usize>j) << 2)) : 1;
}

export function nll_f32(
  loss: usize, norm: usize, x: usize, target: usize, weight: usize,
  V: i32, ignore: i32, begin: i32, end: i32,
): void {
  for (let r = begin; r < end; r++) {
    const o = (<usize>r) << 2;
    const t = load<i32>(target + o);
    const w = t == ignore ? <f32>0 : weightOf(weight, t);
    // Not w x: an ignored row gives 0 whatever it holds.
    store<f32>(loss + o, t == ignore ? <f32>0 : -w * load<f32>(x + ((<usize>(r * V + t)) << 2)));
    store<f32>(norm + o, w);
  }
}

/** dx = -w_t dloss at the target, else 0.  dloss: (M) f32, or one number for all rows with `step` 0. */
export function nll_f32_backward(
  dx: usize, dloss: usize, step: i32, target: usize, weight: usize,
  V: i32, ignore: i32, begin: i32, end: i32,
): void {
  for (let r = begin; r < end; r++) {
    const row = dx + ((<usize>(r * V)) << 2);
    memory.fill(row, 0, (<usize>V) << 2);
    const t = load<i32>(target + ((<usize>r) << 2));
    if (t == ignore) continue;
    const g = load<f32>(dloss + ((<usize>(r * step)) << 2));
    store<f32>(row + ((<usize>t) << 2), -weightOf(weight, t) * g);
  }
}
