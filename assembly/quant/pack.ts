// gemm_quant_pack in q8: wp = W in int8 panels (layout.ts), symmetric, one scale a channel: scale = max |w| / 127,
// q = round(w 127 / max |w|) to nearest even.  |w - scale q| <= scale (1/2 + 2^-15).
//
// w: (N, K) f32, element (n, k) at w + n wn + k wk.  Channels within +-1e-30 count as zeros; one with a NaN
// or an infinity gets a scale that is not finite.  Range: panels.  No aliasing.
import { NR } from '../gemm/layout';
import { QUAD, quadByte } from '../lanes/quads';
import { panelOf, quads, ROW, scalesOf, SCALES } from './layout';

export function packQ8(wp: usize, w: usize, N: i32, K: i32, wn: i32, wk: i32, begin: i32, end: i32): void {
  for (let panel = begin; panel < end; panel++) {
    const to = panelOf(wp, panel, K);
    const scales = scalesOf(to, K);
    for (let n = 0; n < NR; n++) {
      const from = w + ((<usize>(panel * NR + n) * <usize>wn) << 2);
      packChannel(to + <usize>(n * QUAD), scales + (<usize>n << 2), from, panel * NR + n < N ? K : 0, K, <usize>wk << 2);
    }
  }
}

/** One channel of which `count` weights exist: K, or none where the panel is padded. */
function packChannel(to: usize, scale: usize, w: usize, count: i32, K: i32, step: usize): void {
  let most: f32 = 0;
  for (let k = 0; k < count; k++) most = max<f32>(most, abs(load<f32>(w + <usize>k * step)));
  const small = most < 1e-30;
  const inverse: f32 = small ? 0 : 127 / most;
  let sum = 0;
  for (let k = 0; k < quads(K) * QUAD; k++) {
    const q = k < count ? i32(nearest(load<f32>(w) * inverse)) : 0;
    store<i8>(to + <usize>(k % QUAD), <i8>quadByte(q, k));
    sum += q;
    w += step;
    if (k % QUAD == QUAD - 1) to += ROW;
  }
  store<f32>(scale, small ? 0 : most / 127);
  store<i32>(scale + SCALES, sum);
}

/** w (K), elements step bytes apart = a channel: scale q. */
export function unpackQ8(to: usize, wp: usize, n: i32, K: i32, step: usize): void {
  const panel = panelOf(wp, n / NR, K);
  const scale = load<f32>(scalesOf(panel, K) + (<usize>(n % NR) << 2));
  let from = panel + <usize>(n % NR * QUAD);
  for (let k = 0; k < K; k++) {
    store<f32>(to, scale * <f32>quadByte(load<i8>(from + <usize>(k % QUAD)), k));
    to += step;
    if (k % QUAD == QUAD - 1) from += ROW;
  }
}
