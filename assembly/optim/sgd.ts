// Stochastic gradient descent, one step as torch.optim.SGD takes it.  p, buffer, g: (N) f32, dense;
// parameters and momentum in and out, gradients in.  buffer is neither read nor written if momentum is 0;
// it is not read if `first` is not 0 (the first step, on which it becomes the gradient).
//   g = g + decay p;  buffer = momentum buffer + (1 - dampening) g
//   p = p - lr (nesterov ? g + momentum buffer : buffer)
// Range: elements.
import { madd } from '../lanes/madd';
import { loadPart, storePart } from '../lanes/tail';

export function sgd_f32(
  p: usize, buffer: usize, g: usize,
  lr: f64, momentum: f64, dampening: f64, decay: f64, nesterov: i32, first: i32, begin: i32, end: i32,
): void {
  const rate = f32x4.splat(<f32>-lr);
  const vm = f32x4.splat(<f32>momentum);
  const fresh = f32x4.splat(<f32>(1.0 - dampening));
  const vd = f32x4.splat(<f32>decay);
  for (let i = begin; i < end; i += 4) {
    const o = (<usize>i) << 2;
    const n = end - i;
    const w = loadPart(p + o, n, 0);
    let d = madd(vd, w, loadPart(g + o, n, 0));
    if (momentum != 0) {
      const b = first ? d : madd(vm, loadPart(buffer + o, n, 0), f32x4.mul(fresh, d));
      storePart(buffer + o, b, n);
      d = nesterov ? madd(vm, b, d) : b;
    }
    storePart(p + o, madd(rate, d, w), n);
  }
}
