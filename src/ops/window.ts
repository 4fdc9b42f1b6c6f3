// Pooling over windows: maxima and means (assembly/conv/windows.ts).
import { ArgumentError, ShapeError } from '../errors.js';
import { numel, show } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import { Tensor } from '../tensor/tensor.js';
import {
  each,
  forwardRecord,
  type Padding,
  type PerDimension,
  type Window,
  windowOf,
} from './conv-geometry.js';
import { expectDType, output } from './util.js';
import { contiguous } from './view.js';

/** As in `F.max_pool1d` and `F.max_pool2d`. */
export interface MaxPoolOptions {
  /** step between windows; default the kernel's size */
  stride?: PerDimension;
  /** around the input, at most half a kernel; takes no part */
  padding?: Padding;
  /** step between the taps of a window; default 1 */
  dilation?: PerDimension;
  /** also a last window that ends outside; default false */
  ceilMode?: boolean;
}

/** PyTorch has no dilation here; ONNX has. */
export interface AvgPoolOptions extends MaxPoolOptions {
  /** whether padding counts, as zeros; default true */
  countIncludePad?: boolean;
  /** divide by this instead of the count */
  divisorOverride?: number;
}

/**
 * `torch.nn.functional.max_pool1d`: input (N, C, L) or (C, L) f32 -> (N, C, L').  NaN wins; among equals the
 * first gets the gradient.
 * @throws ShapeError, DTypeError, ArgumentError
 */
export function maxPool1d(input: Tensor, kernelSize: PerDimension, options?: MaxPoolOptions): Tensor {
  return maxPool('maxPool1d', 1, input, kernelSize, options).output;
}

/** `torch.nn.functional.max_pool2d`: input (N, C, H, W) or (C, H, W).  As maxPool1d. */
export function maxPool2d(input: Tensor, kernelSize: PerDimension, options?: MaxPoolOptions): Tensor {
  return maxPool('maxPool2d', 2, input, kernelSize, options).output;
}

/** `torch.nn.functional.max_pool3d`: input (N, C, D, H, W) or (C, D, H, W).  As maxPool1d. */
export function maxPool3d(input: Tensor, kernelSize: PerDimension, options?: MaxPoolOptions): Tensor {
  return maxPool('maxPool3d', 3, input, kernelSize, options).output;
}

/**
 * `torch.nn.functional.avg_pool1d`: input (N, C, L) or (C, L) f32 -> (N, C, L').
 * @throws ShapeError, DTypeError, ArgumentError
 */
export function avgPool1d(input: Tensor, kernelSize: PerDimension, options?: AvgPoolOptions): Tensor {
  return avgPool('avgPool1d', 1, input, kernelSize, options);
}

/** `torch.nn.functional.avg_pool2d`: input (N, C, H, W) or (C, H, W).  As avgPool1d. */
export function avgPool2d(input: Tensor, kernelSize: PerDimension, options?: AvgPoolOptions): Tensor {
  return avgPool('avgPool2d', 2, input, kernelSize, options);
}

/** `torch.nn.functional.avg_pool3d`: input (N, C, D, H, W) or (C, D, H, W).  As avgPool1d. */
export function avgPool3d(input: Tensor, kernelSize: PerDimension, options?: AvgPoolOptions): Tensor {
  return avgPool('avgPool3d', 3, input, kernelSize, options);
}

/** With `indices` i32: where each maximum is, as an offset into its plane (`return_indices` of PyTorch). */
export function maxPool(
  name: string,
  dims: number,
  input: Tensor,
  kernelSize: PerDimension,
  options: MaxPoolOptions = {},
): { output: Tensor; indices: Tensor } {
  const { planes, window, shape } = problem(name, dims, input, kernelSize, options);
  return input.arena.scope(() => {
    const x = contiguous(input);
    const { arena } = x;
    const y = output(x, shape);
    const indices = Tensor.empty(arena, shape, 'i32');
    const how = forwardRecord(arena, { N: planes, G: 1, C: 1, M: 1 }, window);
    arena.kernels.window_max_f32(y.ptr, indices.ptr, x.ptr, how.ptr, 0, planes);
    record(y, [x], [indices, how], (dy, [at, sizes]) => {
      const dx = output(dy, x.shape);
      arena.kernels.window_max_f32_backward(dx.ptr, contiguous(dy).ptr, at.ptr, sizes.ptr, 0, planes);
      return [dx];
    });
    return { output: y, indices };
  });
}

function avgPool(
  name: string,
  dims: number,
  input: Tensor,
  kernelSize: PerDimension,
  options: AvgPoolOptions = {},
): Tensor {
  const { planes, window, shape } = problem(name, dims, input, kernelSize, options);
  const { countIncludePad = true, divisorOverride } = options;
  if (divisorOverride !== undefined && !(Number.isInteger(divisorOverride) && divisorOverride !== 0))
    throw new ArgumentError(`divisorOverride must be an integer other than 0, got ${divisorOverride}`);
  return input.arena.scope(() => {
    const x = contiguous(input);
    const { arena } = x;
    const y = output(x, shape);
    const divisors = shares(window, countIncludePad).map((n) => divisorOverride ?? n);
    const share = Tensor.from(arena, divisors);
    const how = forwardRecord(arena, { N: planes, G: 1, C: 1, M: 1 }, window);
    arena.kernels.window_mean_f32(y.ptr, x.ptr, share.ptr, how.ptr, 0, planes);
    return record(y, [x], [share, how], (dy, [counts, sizes]) => {
      const dx = output(dy, x.shape);
      arena.kernels.window_mean_f32_backward(dx.ptr, contiguous(dy).ptr, counts.ptr, sizes.ptr, 0, planes);
      return [dx];
    });
  });
}

/** How many elements, or places with padding, each window has: the products of those of each dimension. */
function shares({ size, out, kernel, stride, dilation, padding }: Window, includePad: boolean): number[] {
  return size.reduce(
    (all, n, d) => {
      const [before, after] = includePad ? padding[d] : [0, 0];
      const counts = Array.from({ length: out[d] }, (_, p) => {
        let count = 0;
        for (let k = 0; k < kernel[d]; k++) {
          const q = p * stride[d] - padding[d][0] + k * dilation[d];
          if (q >= -before && q < n + after) count++;
        }
        return count;
      });
      return all.flatMap((a) => counts.map((c) => a * c));
    },
    [1],
  );
}

function problem(
  name: string,
  dims: number,
  input: Tensor,
  kernelSize: PerDimension,
  { ceilMode = false, stride = kernelSize, ...options }: MaxPoolOptions,
): { planes: number; window: Window; shape: number[] } {
  expectDType(input, 'input', 'f32');
  if (input.rank !== dims + 1 && input.rank !== dims + 2)
    throw new ShapeError(
      `${name}: input must have ${dims + 1} or ${dims + 2} dimensions, got ${show(input.shape)}`,
    );
  const lead = input.shape.slice(0, -dims);
  const kernel = each(kernelSize, dims, 'kernelSize', 1);
  const window = windowOf(name, input.shape.slice(-dims), kernel, { ...options, stride }, ceilMode);
  return { planes: numel(lead), window, shape: [...lead, ...window.out] };
}
