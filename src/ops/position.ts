// Positions: rotary (RoFormer, Su et al. 2021) and sinusoidal (Vaswani et al. 2017, section 3.5).  All
// angles, sines and powers come from kernels, because JavaScript engines differ in the last bit.
import { ShapeError } from '../errors.js';
import type { Arena } from '../tensor/arena.js';
import { show } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import { Tensor } from '../tensor/tensor.js';
import { allDense, expectDType, expectShape, headsOutput, needsGrad, sameArena } from './util.js';
import { contiguous } from './view.js';

/** How rotary angles are stretched beyond the trained length; kinds and fields as in Hugging Face's configs. */
export type RopeScaling =
  | { readonly kind: 'default' }
  | { readonly kind: 'linear'; readonly factor: number }
  | { readonly kind: 'dynamic'; readonly factor: number; readonly original: number }
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      readonly lowFreqFactor: number;
      readonly highFreqFactor: number;
      readonly original: number;
    }
  | {
      readonly kind: 'yarn';
      readonly factor: number;
      /** null: worked out from factor and the two mscales */
      readonly attentionFactor: number | null;
      readonly mscale: number | null;
      readonly mscaleAllDim: number | null;
      readonly betaFast: number;
      readonly betaSlow: number;
      readonly original: number;
      readonly truncate: boolean;
    };

/** The angle that each pair of channels turns by, a position. */
export interface RopeFrequencies {
  /** (size / 2) f32: angle per step of position of each pair */
  readonly invFreq: Tensor;
  /** factor of cos and sin; 1 for all kinds but yarn */
  readonly attentionScaling: number;
}

/**
 * Inverse frequencies theta^(-2i / size), stretched.
 * @param size elements of a head that are turned, even
 * @param length the longest position so far plus one; only `dynamic` asks for it
 */
export function ropeFrequencies(
  arena: Arena,
  size: number,
  theta: number,
  scaling: RopeScaling = { kind: 'default' },
  length = 0,
): RopeFrequencies {
  if (!Number.isInteger(size) || size < 2 || size % 2 !== 0)
    throw new ShapeError(`size must be even and at least 2, got ${size}`);
  const half = size / 2;
  const invFreq = Tensor.empty(arena, [half]);
  const k = arena.kernels;
  const s = scaling;
  const base = s.kind === 'dynamic' ? k.rope_dynamic_base(theta, half, s.factor, length, s.original) : theta;
  k.rope_inv_freq_f32(invFreq.ptr, half, base);
  let attentionScaling = 1;
  if (s.kind === 'linear') k.rope_scale_linear_f32(invFreq.ptr, half, s.factor);
  else if (s.kind === 'llama3')
    k.rope_scale_llama3_f32(invFreq.ptr, half, s.factor, s.lowFreqFactor, s.highFreqFactor, s.original);
  else if (s.kind === 'yarn') {
    const { factor, betaFast, betaSlow, original } = s;
    k.rope_scale_yarn_f32(invFreq.ptr, half, theta, factor, betaFast, betaSlow, original, Number(s.truncate));
    attentionScaling =
      s.attentionFactor ??
      (s.mscale && s.mscaleAllDim
        ? k.rope_yarn_scaling(factor, s.mscale) / k.rope_yarn_scaling(factor, s.mscaleAllDim)
        : k.rope_yarn_scaling(factor, 1));
  }
  return { invFreq, attentionScaling };
}

/** Sines and cosines of positions, as applyRope takes them. */
export interface RopeTable {
  /** (..., size / 2) f32 */
  readonly cos: Tensor;
  readonly sin: Tensor;
}

/** Cosines and sines for positions (...) i32: (L), or (B, L) where rows of a batch stand at different places. */
export function ropeTable(positions: Tensor, { invFreq, attentionScaling }: RopeFrequencies): RopeTable {
  expectDType(positions, 'positions', 'i32');
  const [half] = invFreq.shape;
  return positions.arena.scope(() => {
    const p = contiguous(positions);
    const shape = [...positions.shape, half];
    const cos = Tensor.empty(p.arena, shape);
    const sin = Tensor.empty(p.arena, shape);
    p.arena.kernels.rope_table_f32(cos.ptr, sin.ptr, invFreq.ptr, p.ptr, half, attentionScaling, 0, p.numel);
    return { cos, sin };
  });
}

/**
 * Turns the first `2 half` elements of each head: pairs (i, i + half) as in Llama, or (2i, 2i + 1) if
 * `interleaved`; the others are copied.  x (B, H, L, D) f32, strided or not; cos, sin (L, half) or
 * (B, L, half) -> (B, H, L, D), lying in memory as (B, L, H, D).
 * @throws ShapeError
 */
export function applyRope(
  x: Tensor,
  { cos, sin }: RopeTable,
  { interleaved = false }: { interleaved?: boolean } = {},
): Tensor {
  expectDType(x, 'x', 'f32');
  if (x.rank !== 4) throw new ShapeError(`x must be (B, H, L, D), got ${show(x.shape)}`);
  const [B, , L, D] = x.shape;
  const half = cos.shape[cos.rank - 1];
  if (2 * half > D)
    throw new ShapeError(`cos of shape ${show(cos.shape)} turns more than the ${D} elements of a head`);
  const shape = cos.rank === 3 ? [B, L, half] : [L, half];
  expectShape(cos, 'cos', shape);
  expectShape(sin, 'sin', shape);
  sameArena(x, cos, sin);
  const inPlace = x.strides[3] === 1 || D === 1;
  if (inPlace && allDense(cos, sin) && !needsGrad(x)) return turn('rope_f32', x, cos, sin, interleaved);
  return x.arena.scope(() => {
    const [c, s] = [contiguous(cos), contiguous(sin)];
    const heads = (t: Tensor): Tensor => (t.strides[3] === 1 || D === 1 ? t : contiguous(t));
    return record(turn('rope_f32', heads(x), c, s, interleaved), [x], [c, s], (dy, [sc, ss]) => [
      turn('rope_f32_backward', heads(dy), sc, ss, interleaved),
    ]);
  });
}

/** x (B, H, L, D), its last dimension contiguous. */
function turn(
  kernel: 'rope_f32' | 'rope_f32_backward',
  x: Tensor,
  cos: Tensor,
  sin: Tensor,
  interleaved: boolean,
): Tensor {
  const [B, H, L, D] = x.shape;
  const half = cos.shape[cos.rank - 1];
  const y = headsOutput(x);
  const [xs, ys] = [x.strides, y.strides];
  // biome-ignore format: one line for each group of the kernel's arguments
  x.arena.kernels[kernel](
    y.ptr, x.ptr, cos.ptr, sin.ptr, Number(interleaved),
    L, H, D, half,
    ys[0], ys[2], ys[1], xs[0], xs[2], xs[1],
    cos.rank === 3 ? L * half : 0, half, 0, B * L,
  );
  return y;
}

/** Sinusoidal positions: positions (n) i32 -> (n, D) f32, sine and cosine in turn. */
export function sinusoid(positions: Tensor, D: number): Tensor {
  expectDType(positions, 'positions', 'i32');
  return positions.arena.scope(() => {
    const p = contiguous(positions);
    const y = Tensor.empty(p.arena, [...positions.shape, D]);
    p.arena.kernels.sinusoid_f32(y.ptr, p.ptr, D, 0, p.numel);
    return y;
  });
}
