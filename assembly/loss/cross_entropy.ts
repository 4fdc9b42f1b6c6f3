// Cross entropy of logits with class numbers, log-softmax fused in (torch.nn.functional.cross_entropy).
// x: (M, V) f32, dense; target: (M) i32, in 0..V-1 or equal to `ignore`; weight: (V) f32, or address 0
// for ones.  With t the target of a row and s the smoothing, over log p = log softmax(x):
//   loss = -(1 - s) w_t log p_t - s / V sum_j w_j log p_j;   0 for an ignored row.
// norm: (M) f32, w_t, or 0 for an ignored row: the mean loss is sum(loss) / sum(norm).
// stats: (M, 2) f32, the largest logit and sum e^(x - largest) of a row, kept for the backward.
// Range: rows.  Sums and the logarithm are in doubles; what remains is the error of the exponentials:
// (2 + d) 2^-23 of the loss, d the distance of the logits that matter from the largest, or 2^-52.
import { expNonPositive } from '../math/exp';
import { log_64 } from '../math/double';
import { extremeOfRow } from '../reduce/extremes';
import { sumExpOfRow } from '../reduce/logsumexp';
import { sumRow } from '../reduce/sums';

@inline
function weightOf(weight: usize, j: i32): f64 {
  return weight ? <f64>load<f32>(weight + ((<usize>j) << 2)) : 1.0;
}

/** The first of n targets that is neither a class nor `ignore`, or -1. */
export function targets_in_range(target: usize, n: i32, V: i32, ignore: i32): i32 {
  for (let i = 0; i < n; i++) {
    const t = load<i32>(target + ((<usize>i) << 2));
    if (t != ignore && <u32>t >= <u32>V) return i;
  }
  return -1;
}

export function cross_entropy_f32(
  loss: usize, norm: usize, stats: usize, x: usize, target: usize, weight: usize,
  V: i32, ignore: i32, smoothing: f32, begin: i32, end: i32,
): void {
  for (let r = begin; r < end; r++) {
    const px = x + ((<usize>(r * V)) << 2);
    const o = (<usize>r) << 2;
    const t = load<i32>(target + o);
    const m = extremeOfRow(px, V, false);
    const sum = sumExpOfRow(px, V, m);
    store<f32>(stats + 2 * o, m);
    store<f32>(stats + 2 * o, <f32>sum, 4);
    if (t == ignore) {
      store<f32>(loss + o, 0);
      store<f32>(norm + o, 0);
      continue;
    }
    const w = weightOf(weight, t);
    const log = log_64(sum);
    const below = <f64>m - <f64>load<f32>(px + ((<usize>t) << 2)); // exact: how far the target is from the top
    const s = <f64>smoothing;
    let v = (1.0 - s) * w * (below + log);
    if (s != 0) v += (s / <f64>V) * weighted(px, weight, V, <f64>m + log);
    store<f32>(loss + o, <f32>v);
    store<f32>(norm + o, <f32>w);
  }
}

/** sum w_j (top - x_j) */
function weighted(x: usize, weight: usize, V: i32, top: f64): f64 {
  if (!weight) return <f64>V * top - sumRow(x, V);
  let sum: f64 = 0;
  for (let j = 0; j < V; j++) sum += weightOf(weight, j) * (top - <f64>load<f32>(x + ((<usize>j) << 2)));
  return sum;
}

/**
 * dx_j = dloss (p_j W - (1 - s) w_t [j = t] - s / V w_j), W = (1 - s) w_t + s / V sum w; 0 in an ignored
 * row.  dloss: (M) f32; `step` 0 if it is one number for all rows, else 1.  dx may be x.
 */
export function cross_entropy_f32_backward(
  dx: usize, dloss: usize, step: i32, stats: usize, x: usize, target: usize, weight: usize,
  V: i32, ignore: i32, smoothing: f32, begin: i32, end: i32,
): void {
  const s = <f64>smoothing;
  const share = s / <f64>V;
  const total = weight ? sumRow(weight, V) : <f64>V;
  for (let r = begin; r < end; r++) {
    const o = (<usize>r) << 2;
    const row = dx + ((<usize>(r * V)) << 2);
    const t = load<i32>(target + o);
    if (t == ignore) {
      memory.fill(row, 0, (<usize>V) << 2);
      continue;
    }
    const g = <f64>load<f32>(dloss + ((<usize>(r * step)) << 2));
    const hit = (1.0 - s) * weightOf(weight, t);
    const scale = g * (hit + share * total) / <f64>load<f32>(stats + 2 * o, 4);
    softmaxRow(row, x + ((<usize>(r * V)) << 2), weight, V, load<f32>(stats + 2 * o), <f32>scale, <f32>(g * share));
    const p = row + ((<usize>t) << 2);
    store<f32>(p, load<f32>(p) - <f32>(g * hit));
  }
}

/** y = e^(x - m) scale - share w */
function softmaxRow(y: usize, x: usize, weight: usize, V: i32, m: f32, scale: f32, share: f32): void {
  const vm = f32x4.splat(m);
  const vs = f32x4.splat(scale);
  const vh = f32x4.splat(share);
  let j = 0;
  for (; j + 4 <= V; j += 4) {
    const o = (<usize>j) << 2;
    const e = expNonPositive(f32x4.sub(v128.load(x + o), vm));
    const u = weight ? f32x4.mul(vh, v128.load(weight + o)) : vh;
    v128.store(y + o, f32x4.sub(f32x4.mul(e, vs), u));
  }
  for (; j < V; j++) {
    const o = (<usize>j) << 2;
    const e = expNonPositive(f32x4.sub(v128.load32_splat(x + o), vm));
    const u = weight ? f32x4.mul(vh, v128.load32_splat(weight + o)) : vh;
    v128.store_lane<f32>(y + o, f32x4.sub(f32x4.mul(e, vs), u), 0);
  }
}
