// y = x Wᵀ + b, the workhorse: the packed GEMM with bias, activation and residual on the way out.
import { ShapeError } from '../errors.js';
import { type Shape, show } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { activation } from './activation.js';
import { type Activation, activationKind } from './activation-kind.js';
import { add } from './binary.js';
import { gemm, packScratch, rowsOf } from './matrix.js';
import { PanelMatrix } from './panel-matrix.js';
import { QuantizedMatrix } from './quantized.js';
import { sumTo } from './sum-to.js';
import { allDense, expectDType, expectShape, needsGrad, output, sameArena, withLast } from './util.js';
import { contiguous } from './view.js';
import type { Weight, WeightMatrix } from './weight.js';

/** What happens to the product on its way out, without another pass over it. */
export interface LinearOptions {
  /** applied to xWᵀ + b; default none */
  activation?: Activation;
  /** added after the activation, same shape as the result */
  residual?: Tensor | null;
}

/**
 * `torch.nn.functional.linear`: x (*, K), weight (N, K) plain, packed or quantised, bias (N) -> (*, N), all f32.
 * Every output element is one chain of multiply-adds over k in order: the same bits in any batch.
 * A packed or quantised weight is a constant: gradients flow to x and bias, not to it.  With a quantised one
 * the rows of x are quantised too, each by itself (QuantizedMatrix); the gradient is that of the rounded weight.
 * @throws ShapeError, DTypeError
 */
export function linear(
  x: Tensor,
  weight: Weight,
  bias?: Tensor | null,
  { activation: act = 'none', residual }: LinearOptions = {},
): Tensor {
  const shape = check(x, weight, bias, residual);
  const plain = weight instanceof PanelMatrix ? null : weight;
  if (needsGrad(x, plain, bias, residual))
    return x.arena.scope(() => recorded(x, weight, bias, act, residual, shape));
  if (allDense(x, bias, residual)) return forward(x, weight, bias, act, residual, shape);
  return x.arena.scope(() => forward(x, weight, bias, act, residual, shape));
}

/** With gradients the activation needs its own input, so the steps are recorded one by one. */
function recorded(
  x: Tensor,
  weight: Weight,
  bias: Tensor | null | undefined,
  act: Activation,
  residual: Tensor | null | undefined,
  shape: Shape,
): Tensor {
  const plain = weight instanceof PanelMatrix ? null : weight;
  let y = forward(x, weight, bias, 'none', null, shape);
  record(y, [x, plain, bias], [x, plain], (dy, [sx, sw], needs) => [
    needs[0] ? gradX(dy, sw ?? (weight as WeightMatrix)) : null,
    needs[1] ? gradWeight(dy, sx) : null,
    needs[2] ? sumTo(dy, [weight.shape[0]]) : null,
  ]);
  if (act !== 'none') y = activation(y, act);
  return residual ? add(y, residual) : y;
}

function forward(
  x: Tensor,
  weight: Weight,
  bias: Tensor | null | undefined,
  act: Activation,
  residual: Tensor | null | undefined,
  shape: Shape,
): Tensor {
  const arena = sameArena(x, bias, residual);
  const y = output(x, shape);
  const read = rowsOf(x);
  const a = read.col === 1 || !(weight instanceof QuantizedMatrix) ? read : rowsOf(contiguous(x));
  // What is curved runs faster as a pass of its own over whole rows: the same lanes, so the same bits.
  const kind = activationKind(act);
  const apart = act !== 'none' && act !== 'relu' && !residual;
  const epilogue = {
    bias: bias ? contiguous(bias).ptr : 0,
    residual: residual ? contiguous(residual).ptr : 0,
    activation: apart ? 0 : kind,
  };
  if (weight instanceof PanelMatrix) weight.product(y.ptr, a, epilogue);
  else {
    const [N, K] = weight.shape;
    const w = { ptr: weight.ptr, row: weight.strides[1], col: weight.strides[0] };
    gemm(arena, y.ptr, a, packScratch(arena, w, K, N), a.M, N, K, epilogue);
  }
  if (apart) arena.kernels.activation_f32(y.ptr, y.ptr, kind, 0, 0, 0, y.numel);
  return y;
}

/** dx = dy W */
function gradX(dy: Tensor, weight: Weight): Tensor {
  const w = weight instanceof PanelMatrix ? weight.unpack() : weight;
  const [N, K] = w.shape;
  const dx = output(dy, [...dy.shape.slice(0, -1), K]);
  const a = rowsOf(dy);
  const packed = packScratch(dy.arena, { ptr: w.ptr, row: w.strides[0], col: w.strides[1] }, N, K);
  gemm(dy.arena, dx.ptr, a, packed, a.M, K, N);
  return dx;
}

/** dW = dyᵀ x */
function gradWeight(dy: Tensor, x: Tensor): Tensor {
  const a = rowsOf(dy);
  const b = rowsOf(x);
  const N = dy.shape[dy.rank - 1];
  const K = x.shape[x.rank - 1];
  const dw = output(x, [N, K]);
  const packed = packScratch(dy.arena, b, b.M, K);
  gemm(dy.arena, dw.ptr, { ptr: a.ptr, row: a.col, col: a.row }, packed, N, K, a.M);
  return dw;
}

/** The shape of the result. */
function check(x: Tensor, weight: Weight, bias?: Tensor | null, residual?: Tensor | null): Shape {
  expectDType(x, 'x', 'f32');
  if (!(weight instanceof PanelMatrix)) expectDType(weight, 'weight', 'f32');
  const size = weight.shape;
  if (size.length !== 2 || x.rank === 0 || x.shape[x.rank - 1] !== size[1])
    throw new ShapeError(
      `linear: x of shape ${show(x.shape)} does not fit weight of shape ${show(weight.shape)}`,
    );
  if (bias) {
    expectDType(bias, 'bias', 'f32');
    expectShape(bias, 'bias', [size[0]]);
  }
  const shape = withLast(x.shape, size[0]);
  if (residual) {
    expectDType(residual, 'residual', 'f32');
    expectShape(residual, 'residual', shape);
  }
  return shape;
}
