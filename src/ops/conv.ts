// Convolutions: filters against gathered neighbourhoods, one matrix product (assembly/conv).
import { ShapeError } from '../errors.js';
import { expectCount, numel, show } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import {
  backwardRecord,
  type Channels,
  forwardRecord,
  type Padding,
  type PerDimension,
  type Window,
  windowOf,
} from './conv-geometry.js';
import { panels } from './matrix.js';
import { sumTo } from './sum-to.js';
import { expectDType, expectShape, output, sameArena } from './util.js';
import { contiguous, permute, reshape, squeeze, unsqueeze } from './view.js';

export type { Padding, PerDimension } from './conv-geometry.js';

/** As in `F.conv1d` and `F.conv2d`. */
export interface ConvOptions {
  /** step between positions; default 1 */
  stride?: PerDimension;
  /** zeros around the input; default 0 */
  padding?: Padding;
  /** step between the taps of a filter; default 1 */
  dilation?: PerDimension;
  /** groups of channels that do not see each other; default 1 */
  groups?: number;
}

/**
 * `torch.nn.functional.conv1d`: y[n,o,l] = b[o] + sum over c, k of w[o,c,k] x[n,c, l stride - padding + k dilation].
 * input (N, C, L) or (C, L), weight (O, C / groups, K), bias (O) -> (N, O, L'), all f32.
 * An element's bits depend neither on the batch nor on its position.
 * @throws ShapeError, DTypeError, ArgumentError
 */
export function conv1d(input: Tensor, weight: Tensor, bias?: Tensor | null, options?: ConvOptions): Tensor {
  return convolution('conv1d', 1, input, weight, bias, options);
}

/**
 * `torch.nn.functional.conv2d`: input (N, C, H, W) or (C, H, W), weight (O, C / groups, KH, KW), bias (O).
 * @throws ShapeError, DTypeError, ArgumentError
 */
export function conv2d(input: Tensor, weight: Tensor, bias?: Tensor | null, options?: ConvOptions): Tensor {
  return convolution('conv2d', 2, input, weight, bias, options);
}

/**
 * `torch.nn.functional.conv3d`: input (N, C, D, H, W) or (C, D, H, W), weight (O, C / groups, KD, KH, KW), bias (O).
 * @throws ShapeError, DTypeError, ArgumentError
 */
export function conv3d(input: Tensor, weight: Tensor, bias?: Tensor | null, options?: ConvOptions): Tensor {
  return convolution('conv3d', 3, input, weight, bias, options);
}

function convolution(
  name: string,
  dims: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null | undefined,
  options: ConvOptions = {},
): Tensor {
  if (input.rank === dims + 1)
    return input.arena.scope(() =>
      squeeze(convolution(name, dims, unsqueeze(input, 0), weight, bias, options), 0),
    );
  const { groups = 1 } = options;
  const channels = check(name, dims, input, weight, bias, groups);
  const window = windowOf(name, input.shape.slice(2), weight.shape.slice(2), options);
  return input.arena.scope(() => {
    const [x, w, b] = [contiguous(input), contiguous(weight), bias && contiguous(bias)];
    const y = output(x, [channels.N, channels.G * channels.M, ...window.out]);
    const how = forwardRecord(x.arena, channels, window);
    convolve(y, x, w, b?.ptr ?? 0, how, channels, window.out, numel(window.kernel));
    return record(y, [x, w, b], [x, w], (dy, [sx, sw], needs) => {
      const up = contiguous(dy);
      return [
        needs[0] ? gradInput(up, sw, channels, window) : null,
        needs[1] ? gradFilters(up, sx, sw, channels, window) : null,
        needs[2] ? gradBias(up, channels) : null,
      ];
    });
  });
}

/** y (N, G M, ...out) from x (N, G C, ...) and w (G M, C, taps). */
function convolve(
  y: Tensor,
  x: Tensor,
  w: Tensor,
  bias: number,
  how: Tensor,
  { N, G, C }: Channels,
  out: readonly number[],
  taps: number,
): void {
  const { arena } = x;
  const { kernels } = arena;
  const scratch = arena.scratch(4 * kernels.conv_f32_scratch(C, taps, numel(out)));
  kernels.conv_f32(y.ptr, x.ptr, w.ptr, bias, how.ptr, scratch, 0, N * G * panels(arena, numel(out)));
}

/** The same kernel, with the filters turned over: input and output channels change places. */
function gradInput(dy: Tensor, w: Tensor, channels: Channels, window: Window): Tensor {
  const { N, G, C, M } = channels;
  const taps = numel(window.kernel);
  const turned = contiguous(permute(reshape(w, [G, M, C, taps]), [0, 2, 1, 3]));
  const dx = output(dy, [N, G * C, ...window.size]);
  const how = backwardRecord(dy.arena, channels, window);
  convolve(dx, dy, turned, 0, how, { N, G, C: M, M: C }, window.size, taps);
  return dx;
}

function gradFilters(dy: Tensor, x: Tensor, w: Tensor, channels: Channels, window: Window): Tensor {
  const { arena } = x;
  const { kernels } = arena;
  const { G, C } = channels;
  const taps = numel(window.kernel);
  const dw = output(w, w.shape);
  const how = forwardRecord(arena, channels, window);
  const scratch = arena.scratch(4 * kernels.conv_f32_scratch(C, taps, numel(window.out)));
  const end = G * panels(arena, C * taps);
  kernels.conv_f32_backward_weight(dw.ptr, dy.ptr, x.ptr, how.ptr, scratch, 0, end);
  return dw;
}

function gradBias(dy: Tensor, { N, G, M }: Channels): Tensor {
  return reshape(sumTo(reshape(dy, [N, G * M, -1]), [G * M, 1]), [G * M]);
}

function check(
  name: string,
  dims: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null | undefined,
  groups: number,
): Channels {
  sameArena(input, weight, bias);
  expectDType(input, 'input', 'f32');
  expectDType(weight, 'weight', 'f32');
  const fits = input.rank === dims + 2 && weight.rank === dims + 2;
  const [N, channels] = input.shape;
  const [O, C] = weight.shape;
  expectCount(groups, 'groups');
  if (!fits || C === 0 || channels !== C * groups || O % groups !== 0)
    throw new ShapeError(
      `${name}: input of shape ${show(input.shape)} does not fit weight of shape ${show(weight.shape)} in ${groups} groups`,
    );
  if (bias) {
    expectDType(bias, 'bias', 'f32');
    expectShape(bias, 'bias', [O]);
  }
  return { N, G: groups, C, M: O / groups };
}
