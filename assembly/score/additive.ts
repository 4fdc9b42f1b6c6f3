// Additive scores (D. Bahdanau, K. Cho and Y. Bengio, 2014), forward and backward, without the
// (M, N, A) tensor that the formula seems to ask for:
//   s[m, n] = sum_a v[a] tanh(x[n, a] + q[m, a])
// x: (N, A), the inputs times W; q: (M, A), the queries times U; v: (A); s: (M, N); all f32, dense.
// Nothing aliases.  Error of s: about (A + 2) 2^-23 sum|v|.
import { at, row } from '../lanes/address';
import { madd } from '../lanes/madd';
import { sumLanes } from '../lanes/reduce';
import { loadPart, storePart } from '../lanes/tail';
import { tanh_ps } from '../math/tanh';

/** Range: rows m.  Lane j sums the a that leave j when divided by four, in order. */
export function additive_score_f32(
  s: usize, x: usize, q: usize, v: usize, N: i32, A: i32, begin: i32, end: i32,
): void {
  for (let m = begin; m < end; m++) {
    const qm = row(q, m, A);
    for (let n = 0; n < N; n++) {
      const xn = row(x, n, A);
      let sum = f32x4.splat(0);
      for (let a = 0; a < A; a += 4) {
        const t = tanh_ps(f32x4.add(loadPart(at(xn, a), A - a, 0), loadPart(at(qm, a), A - a, 0)));
        sum = madd(loadPart(at(v, a), A - a, 0), t, sum);
      }
      store<f32>(at(row(s, m, N), n), sumLanes(sum));
    }
  }
}

/**
 * With t = tanh(x[n, a] + q[m, a]) and g = ds[m, n]:
 *   dx[n, a] += sum_m g v[a] (1 - t^2);  dq[m, a] += sum_n g v[a] (1 - t^2);  dv[a] += sum_mn g t.
 * Range: columns a, begin a multiple of four, so that no split lets two meet in one element.
 */
export function additive_score_f32_backward(
  dx: usize, dq: usize, dv: usize, ds: usize, x: usize, q: usize, v: usize,
  M: i32, N: i32, A: i32, begin: i32, end: i32,
): void {
  const one = f32x4.splat(1);
  for (let a = begin; a < end; a += 4) {
    const k = end - a;
    const va = loadPart(at(v, a), k, 0);
    let sumV = loadPart(at(dv, a), k, 0);
    for (let m = 0; m < M; m++) {
      const qa = loadPart(at(row(q, m, A), a), k, 0);
      const pq = at(row(dq, m, A), a);
      let sumQ = loadPart(pq, k, 0);
      for (let n = 0; n < N; n++) {
        const g = v128.load32_splat(at(row(ds, m, N), n));
        const t = tanh_ps(f32x4.add(loadPart(at(row(x, n, A), a), k, 0), qa));
        sumV = madd(g, t, sumV);
        const d = f32x4.mul(f32x4.mul(g, va), f32x4.sub(one, f32x4.mul(t, t)));
        sumQ = f32x4.add(sumQ, d);
        const px = at(row(dx, n, A), a);
        storePart(px, f32x4.add(loadPart(px, k, 0), d), k);
      }
      storePart(pq, sumQ, k);
    }
    storePart(at(dv, a), sumV, k);
  }
}
