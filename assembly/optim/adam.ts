// Adam (D. Kingma and J. Ba, 2015) and AdamW (I. Loshchilov and F. Hutter, 2019), one step as torch.optim
// takes it.  p, m, v, g: (N) f32, dense; parameters, first and second moments in and out, gradients in.
// largest: (N) f32 in and out, the largest second moment so far (amsgrad), or address 0.
// step counts from 1; the bias corrections 1 - beta^step are worked out in doubles.  Range: elements.
//   m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
//   p = p - lr / (1 - beta1^step) m / (sqrt(v / (1 - beta2^step)) + eps)
// Weight decay d: adam adds d p to g first; adamw multiplies p by 1 - lr d first.
import { madd } from '../lanes/madd';
import { loadPart, storePart } from '../lanes/tail';
import { pow_64 } from '../math/double';

export function adam_f32(
  p: usize, m: usize, v: usize, largest: usize, g: usize,
  lr: f64, beta1: f64, beta2: f64, eps: f64, decay: f64, step: i32, begin: i32, end: i32,
): void {
  update(p, m, v, largest, g, lr, beta1, beta2, eps, decay, 1, step, begin, end);
}

export function adamw_f32(
  p: usize, m: usize, v: usize, largest: usize, g: usize,
  lr: f64, beta1: f64, beta2: f64, eps: f64, decay: f64, step: i32, begin: i32, end: i32,
): void {
  update(p, m, v, largest, g, lr, beta1, beta2, eps, 0, 1.0 - lr * decay, step, begin, end);
}

function update(
  p: usize, m: usize, v: usize, largest: usize, g: usize,
  lr: f64, beta1: f64, beta2: f64, eps: f64, decay: f64, shrink: f64, step: i32, begin: i32, end: i32,
): void {
  const b1 = f32x4.splat(<f32>beta1);
  const c1 = f32x4.splat(<f32>(1.0 - beta1));
  const b2 = f32x4.splat(<f32>beta2);
  const c2 = f32x4.splat(<f32>(1.0 - beta2));
  const root = f32x4.splat(<f32>sqrt<f64>(1.0 - pow_64(beta2, step)));
  const rate = f32x4.splat(<f32>(lr / (1.0 - pow_64(beta1, step))));
  const ve = f32x4.splat(<f32>eps);
  const vd = f32x4.splat(<f32>decay);
  const vs = f32x4.splat(<f32>shrink);
  for (let i = begin; i < end; i += 4) {
    const o = (<usize>i) << 2;
    const n = end - i;
    let w = loadPart(p + o, n, 0);
    const d = madd(vd, w, loadPart(g + o, n, 0));
    w = f32x4.mul(w, vs);
    const first = madd(b1, loadPart(m + o, n, 0), f32x4.mul(c1, d));
    let second = madd(b2, loadPart(v + o, n, 0), f32x4.mul(f32x4.mul(c2, d), d));
    storePart(m + o, first, n);
    storePart(v + o, second, n);
    if (largest) {
      second = f32x4.max(second, loadPart(largest + o, n, 0));
      storePart(largest + o, second, n);
    }
    const size = f32x4.add(f32x4.div(f32x4.sqrt(second), root), ve);
    storePart(p + o, f32x4.sub(w, f32x4.mul(rate, f32x4.div(first, size))), n);
  }
}
