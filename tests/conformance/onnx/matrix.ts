// Products of matrices, softmax.
import * as F from '../../../src/ops/index.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import type { Adapter, Call } from './call.js';

/** Before opset 13 the tensor is a matrix, cut at `axis`. */
function alongAxis(call: Call, f: (x: Tensor, dim: number) => Tensor): Tensor {
  const x = call.input(0);
  if (call.opset >= 13) return f(x, call.number('axis', -1));
  const axis = call.number('axis', 1);
  const rows = x.shape.slice(0, axis).reduce((a, b) => a * b, 1);
  return F.reshape(f(F.reshape(x, [rows, -1]), 1), x.shape);
}

/** alpha A B + beta C */
function gemm(call: Call): Tensor {
  const turned = (i: number, name: string): Tensor =>
    call.number(name, 0) === 1 ? F.transpose(call.input(i), 0, 1) : call.input(i);
  const product = F.matmul(turned(0, 'transA'), turned(1, 'transB'));
  const y = F.mul(product, call.number('alpha', 1));
  return call.has(2) ? F.add(y, F.mul(call.input(2), call.number('beta', 1))) : y;
}

export const matrix: Record<string, Adapter> = {
  Einsum: (call) => [F.einsum(call.text('equation', ''), ...call.inputs())],
  Gemm: (call) => [gemm(call)],
  LogSoftmax: (call) => [alongAxis(call, F.logSoftmax)],
  MatMul: (call) => [F.matmul(call.input(0), call.input(1))],
  Softmax: (call) => [alongAxis(call, F.softmax)],
};
