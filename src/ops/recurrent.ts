// What the recurrences share: their arguments, the order of their steps, the product with the state, and
// the gradient of its weight.  One call is one layer in one direction.  What the input contributes is not
// recurrent, so it comes in as one product over all positions: x = linear(input, W_ih, b_ih).
import { ShapeError } from '../errors.js';
import type { Arena } from '../tensor/arena.js';
import { show } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { matmul } from './matmul.js';
import { gemm, panels } from './matrix.js';
import { PackedMatrix } from './packed.js';
import { expectDType, expectShape, output, sameArena } from './util.js';
import { cat, contiguous, narrow, reshape, transpose, unsqueeze } from './view.js';

/** How a recurrence runs over a sequence. */
export interface RecurrentOptions {
  /** from the last position to the first */
  reverse?: boolean;
  /**
   * (B) i32: sequence b ends before position lengths[b].  From there on its state stays what it was, so
   * the last step holds every last state; in reverse, a sequence starts at its own end.
   */
  lengths?: Tensor | null;
}

type Step = readonly [position: number, before: number];

export interface Recurrence {
  arena: Arena;
  /** positions */
  T: number;
  /** sequences */
  B: number;
  /** rows of a gate */
  H: number;
  /** width of the state that goes round: H unless it is projected */
  R: number;
  /** [position, the position before it in this direction, or -1], in order */
  steps: readonly Step[];
  /** the same, last step first */
  back: readonly Step[];
  reverse: boolean;
  /** dense, or null */
  lengths: Tensor | null;
}

/** Checks x (T, B, gates H), h0 (B, R), weight (gates H, R) and bias (gates H). @throws ShapeError, DTypeError */
export function recurrence(
  gates: number,
  { x, h0, weight, bias }: { x: Tensor; h0: Tensor; weight: Tensor | PackedMatrix; bias?: Tensor | null },
  { reverse = false, lengths = null }: RecurrentOptions,
): Recurrence {
  const arena = sameArena(x, h0, plain(weight), bias);
  sameArena(x, lengths);
  for (const [name, t] of Object.entries({ x, h0, weight, bias }))
    if (t && !(t instanceof PackedMatrix)) expectDType(t, name, 'f32');
  const [rows, R] = weight.shape;
  if (x.rank !== 3 || x.shape[0] === 0)
    throw new ShapeError(`x must be (T, B, ${gates} H) with T of at least 1, got ${show(x.shape)}`);
  const [T, B, width] = x.shape;
  if (weight.shape.length !== 2 || rows !== width || rows % gates !== 0)
    throw new ShapeError(
      `weight of shape ${show(weight.shape)} does not fit x of shape ${show(x.shape)} with ${gates} gates`,
    );
  expectShape(h0, 'h0', [B, R]);
  if (bias) expectShape(bias, 'bias', [rows]);
  if (lengths) {
    expectDType(lengths, 'lengths', 'i32');
    expectShape(lengths, 'lengths', [B]);
  }
  const stepAt = (i: number): Step => (reverse ? [T - 1 - i, i > 0 ? T - i : -1] : [i, i - 1]);
  const steps = Array.from({ length: T }, (_, i) => stepAt(i));
  return {
    ...{ arena, T, B, R, reverse },
    H: rows / gates,
    steps,
    back: [...steps].reverse(),
    lengths: lengths && contiguous(lengths),
  };
}

/** The weight (N, K) in panels for x Wᵀ, or for x W if `turned`.  Plain ones are packed within the scope. */
export function inPanels(weight: Tensor | PackedMatrix, turned = false): { ptr: number } {
  if (weight instanceof PackedMatrix && !turned) return weight;
  const plain = weight instanceof PackedMatrix ? weight.unpack() : weight;
  const w = turned ? transpose(plain, 0, 1) : plain;
  const { arena } = w;
  const [N, K] = w.shape;
  const [bn, bk] = w.strides;
  const packed = output(plain, [arena.kernels.gemm_f32_packed_size(K, N)]);
  arena.kernels.gemm_f32_pack(packed.ptr, w.ptr, K, N, bk, bn, 0, panels(arena, N));
  return packed;
}

/** to (B, N) = from (B, K) times the panels, + bias (N), + residual (B, N); all dense. */
export function step(
  arena: Arena,
  to: number,
  from: number,
  w: { ptr: number },
  [B, N, K]: readonly [number, number, number],
  epilogue: { bias?: number; residual?: number } = {},
): void {
  gemm(arena, to, { ptr: from, row: K, col: 1 }, w.ptr, B, N, K, epilogue);
}

/** dW = sum over steps and sequences of dp ⊗ the state before, from dp (T, B, N) and states (T, B, R). */
export function gradWeight(dp: Tensor, states: Tensor, h0: Tensor, reverse: boolean): Tensor {
  const [T, , N] = dp.shape;
  const first = unsqueeze(h0, 0);
  const before = reverse
    ? cat([narrow(states, 0, 1, T - 1), first])
    : cat([first, narrow(states, 0, 0, T - 1)]);
  return outerSum(dp, before, N);
}

/** dp (T, B, N) and y (T, B, R) to sum dp ⊗ y (N, R). */
export function outerSum(dp: Tensor, y: Tensor, N: number): Tensor {
  const rows = dp.shape[0] * dp.shape[1];
  return matmul(transpose(reshape(dp, [rows, N]), 0, 1), reshape(y, [rows, y.shape[2]]));
}

/** The tensor that a gradient may flow to: none for a packed weight. */
export function plain(weight: Tensor | PackedMatrix | null | undefined): Tensor | null {
  return weight instanceof PackedMatrix ? null : (weight ?? null);
}
